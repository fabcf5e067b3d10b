"""What is told of an incident that another system reported: the only place where it is worded."""

from __future__ import annotations

from hallwatch.core.inbound import IncidentKind
from hallwatch.core.told import What

INCIDENTS: dict[str, dict[IncidentKind, str]] = {
    "en": {
        IncidentKind.PANIC: "panic button",
        IncidentKind.WEAPON: "weapon",
        IncidentKind.INTRUDER: "intruder",
        IncidentKind.FIRE: "fire",
        IncidentKind.MEDICAL: "medical emergency",
        IncidentKind.OTHER: "incident",
    },
    "es": {
        IncidentKind.PANIC: "botón de pánico",
        IncidentKind.WEAPON: "arma",
        IncidentKind.INTRUDER: "intruso",
        IncidentKind.FIRE: "incendio",
        IncidentKind.MEDICAL: "urgencia médica",
        IncidentKind.OTHER: "incidente",
    },
}
INCIDENT_SAYINGS: dict[str, dict[What, tuple[str, str]]] = {
    "en": {
        What.RAISED: (
            "REPORTED: {incident}, {building}",
            "Reported by another system: {incident}. {school}, {building}, {camera}, {time} on {day}.",
        ),
        What.CONFIRMED: (
            "REAL: {incident}, {building}",
            "A person has answered that it is real: {incident}. {school}, {building}, {camera}, {time} on {day}.",
        ),
        What.RECALLED: (
            "Taken back: {incident}, {building}",
            "Taken back: {incident} at {school}, {building}, {camera}, {time} on {day} was a false alarm or a test.",
        ),
        What.TEST: ("TEST from {site}", "TEST. Nothing has happened."),
    },
    "es": {
        What.RAISED: (
            "AVISO: {incident}, {building}",
            "Avisado por otro sistema: {incident}. {school}, {building}, {camera}, {time} del {day}.",
        ),
        What.CONFIRMED: (
            "REAL: {incident}, {building}",
            "Una persona ha respondido que es real: {incident}. {school}, {building}, {camera}, {time} del {day}.",
        ),
        What.RECALLED: (
            "Retirado: {incident}, {building}",
            "Retirado: {incident} en {school}, {building}, {camera}, {time} del {day} fue una falsa alarma o una"
            " prueba.",
        ),
        What.TEST: ("PRUEBA de {site}", "PRUEBA. No ha pasado nada."),
    },
}
INCIDENT_RULE = {
    "en": "Follow your school's plan.",
    "es": "Siga el plan de su escuela.",
}
