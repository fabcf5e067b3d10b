"""The pages and their parts, from templates that escape everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hallwatch.core.kept import KeptAlert
from hallwatch.core.notice import days_due, is_overdue
from hallwatch.core.own_list import OwnList
from hallwatch.core.policy.doors import DOORS
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.training import needs_course
from hallwatch.core.waiting import Waiting
from hallwatch.errors import SealBroken
from hallwatch.web import alert_words, duty_words, import_words, training_words, words
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console, Status
from hallwatch.web.course import Course, course_of, untrained_schools
from hallwatch.web.drawing import drawn
from hallwatch.web.duty_facts import unreachable_now, untrained_soon
from hallwatch.web.hour_left import HourLeft
from hallwatch.web.languages import page_asked_for
from hallwatch.web.scope_words import scope_words
from hallwatch.web.texts import LANGUAGES, N_, gettext, language, ngettext, said, texts_in

SHOWN = 50
"""How many alerts the page holds; older ones stay in the database."""

NAVIGATION = (
    ("/", N_("Alerts"), May.SEE_ALERTS),
    ("/map", N_("Map"), May.SEE_CAMERAS),
    ("/lists", N_("Lists"), May.SEE_LISTINGS),
    ("/reports", N_("Reports"), May.SEE_FIGURES),
    ("/duty", N_("Duty"), May.SEE_ALERTS),
    ("/cameras", N_("Cameras"), May.SEE_CAMERAS),
    ("/imports", N_("Imports"), May.IMPORT),
    ("/people", N_("People and roles"), May.MANAGE_ACCOUNTS),
    ("/audit", N_("Audit"), May.READ_AUDIT),
    ("/settings", N_("Settings"), May.SEE_SETTINGS),
    ("/delivery", N_("Deliveries"), May.SEE_HEALTH),
    ("/health", N_("Health"), May.SEE_HEALTH),
    ("/start", N_("First hour"), May.CHANGE_SETTINGS),
)
NOBODY_YET = N_("Nobody is listed yet: no camera looks for anybody.")
BESIDE = 4
"""So many pages stand in the bar, the first that an account may see; the others are one press away."""


class Pages:
    """Renders pages, an alert's card and the camera list of one site; safe from any thread."""

    def __init__(self, console: Console) -> None:
        self._console, self._hour_left = console, HourLeft(console)
        zone = console.facts.zone
        for code in LANGUAGES:
            texts_in(code)  # a damaged catalogue is a server that does not start
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            extensions=["jinja2.ext.i18n"],
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.policies["ext.i18n.trimmed"] = True
        self._templates.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._templates.filters.update(
            said=said,
            number=words.number,
            value_words=words.value_words,
            list_words=self.list_words,
            clock=lambda at: words.clock(at, zone),
            day=lambda at: words.day(at, zone),
            moment=lambda at: words.moment(at, zone),
            condition_words=words.condition_words,
            camera_line=words.camera_line,
            role_words=words.role_words,
            scope_words=scope_words,
            action_words=words.action_words,
            source_words=words.source_words,
            state_words=words.state_words,
            stamp_words=words.stamp_words,
            verdict_words=words.verdict_words,
            figure=words.figure,
            percent=words.percent,
            drawn=drawn,
            own_state_words=words.own_state_words,
            way_words=words.way_words,
            appeal_outcome_words=words.outcome_words,
            days_due=days_due,
            overdue=is_overdue,
            answer_words=alert_words.answer_words,
            outcome_words=alert_words.outcome_words,
            reason_words=alert_words.reason_words,
            step_words=alert_words.step_words,
            state_line=alert_words.state_line,
            to_do=alert_words.to_do,
            pictureless=lambda alert: alert.is_pictureless,
            incident_words=alert_words.incident_words,
            news=alert_words.news,
            date_words=lambda at: training_words.date_words(at, zone),
            hour=lambda at: duty_words.hour(at, zone),
            span=lambda turn: duty_words.span(turn[0], turn[1], zone),
            shift_words=duty_words.shift_words,
            feedback=training_words.feedback,
            question_words=training_words.question_words,
            choice_words=training_words.choice_words,
            because=training_words.because,
            kind_words=import_words.kind_words,
            stage_words=import_words.stage_words,
            change_words=import_words.change_words,
            field_words=import_words.field_words,
            batch_words=import_words.batch_words,
            act_words=import_words.act_words,
        )
        self._templates.globals["May"] = May
        self._templates.globals["score_words"] = words.score_words
        self._templates.globals["conditions_of"] = self._conditions
        self._templates.globals["expectation"] = self._expectation

    def render(self, template: str, visitor: Visitor | None, **more: object) -> str:
        """A whole page for whoever is signed in, or for nobody yet."""
        account = visitor.account if visitor else None
        places = [
            (path, name)
            for path, name, need in NAVIGATION
            if account and account.may(need) and (path != "/start" or self._hour_left)
        ]
        return self._templates.get_template(template).render(
            facts=self._console.facts,
            looked_for=self._console.looked_for(),
            visitor=visitor,
            navigation=places if len(places) <= BESIDE + 1 else places[:BESIDE],
            further=[] if len(places) <= BESIDE + 1 else places[BESIDE:],
            secure=self._console.secure,
            provider=self._console.provider,
            language=language(),
            languages=LANGUAGES,
            page=page_asked_for(),
            awaiting=self._console.waiting(account) if account else Waiting(),
            course=self._course(account),
            untrained_shifts=untrained_soon(self._console, account, datetime.now(UTC)),
            listens=account is not None and account.may(May.SEE_ALERTS),
            **more,
        )

    def console(self, visitor: Visitor) -> str:
        """The live page as it is now, for this account's schools."""
        account = visitor.account
        newest = self._console.alerts.latest(SHOWN, account.sight)
        return self.render(
            "console.html",
            visitor,
            alerts=newest,
            sequence=newest[0].sequence if newest else 0,
            status=self.status_for(account, self._console.board.status()),
            quiet=self._console.quiet(),
            shown=SHOWN,
            untrained=self._untrained(account),
            unreachable=unreachable_now(self._console, account, datetime.now(UTC)),
            first_hour=account.may(May.CHANGE_SETTINGS),
        )

    def status_for(self, account: Account, status: Status) -> Status:
        """The state without the cameras of other people's schools."""
        places = self._console.facts.places
        mine = tuple(
            camera
            for camera in status.cameras
            if account.sees(places[camera.camera].school if camera.camera in places else "")
        )
        return replace(status, cameras=mine)

    def waiting(self, waiting: Waiting) -> str:
        """What waits for somebody, on top of every page."""
        return self._templates.get_template("waiting.html").render(awaiting=waiting)

    def card(self, alert: KeptAlert) -> str:
        """One alert."""
        template = "card.html" if alert.incident is None else "incident_card.html"
        return self._templates.get_template(template).render(alert=alert)

    def cameras(self, status: Status) -> str:
        """The cameras and their state."""
        return self._templates.get_template("cameras.html").render(status=status)

    def quiet(self, account: Account) -> str:
        """How the quiet start stands; empty when there is none."""
        template = self._templates.get_template("quiet.html")
        return template.render(quiet=self._console.quiet(), account=account).strip()

    def troubles(self, status: Status) -> str:
        """What is wrong just now, cameras that do not see included; empty when all is well."""
        return self._templates.get_template("troubles.html").render(status=status).strip()

    def _course(self, account: Account | None) -> Course | None:
        """What has to be said of the course; nothing is asked for those whom it does not concern."""
        known = {} if account is None or not needs_course(account) else self._console.staff.training()
        return course_of(account, known, datetime.now(UTC))

    def _untrained(self, account: Account) -> list[str]:
        """Schools of this account at which nobody can answer."""
        mine = [school for school in self._console.facts.schools if account.sees(school)]
        everybody, training = self._console.who.everybody(), self._console.staff.training()
        return untrained_schools(mine, everybody, training, datetime.now(UTC))

    def _conditions(self, alert: KeptAlert) -> list[str]:
        """Under which conditions the person of an alert may come; an altered record must not hide the alert."""
        today = datetime.now(self._console.facts.zone).date()
        try:
            return self._console.lists.conditions(alert.external_id, alert.school, today)
        except SealBroken:
            return [gettext("not known: a record of this person was altered")]

    def _expectation(self) -> str:
        """What is to be expected of the list as it is at this moment."""
        if not self._console.looked_for():
            return NOBODY_YET
        return self._console.expected(0) or self._console.facts.meaning

    def list_words(self, kind: str) -> str:
        """A list's name for people."""
        return words.list_words(kind, self._own_lists)

    def _own_lists(self) -> list[OwnList]:
        """Lists of the district's own; where one was altered, each is shown by its id."""
        try:
            return self._console.lists.own_lists()
        except SealBroken:
            return []


def first_page(account: Account) -> str:
    """Where somebody who sees no alerts begins."""
    for path, _, need in NAVIGATION[1:]:
        if account.may(need) and f"GET {path}" in DOORS:
            return path
    return "/account"
