"""Mail, through a server of the user's (SMTP, RFC 5321)."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from typing import Any, Literal

from hallwatch.core.delivery import Message, What
from hallwatch.errors import NotDelivered, Undeliverable

PATIENCE_S = 15.0
"""For each answer of the server."""

Connect = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes: ``security`` is how the connection is encrypted, ``sender`` whom it comes from."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)


class Mail:
    """Implements ports.Channel. One connection a message: a server that was away is noticed at once."""

    def __init__(
        self, server: MailServer, connect: Connect, trust: Callable[[], ssl.SSLContext], here: str
    ) -> None:
        """``connect`` opens a checked connection (host, port, seconds); ``here`` is this installation's name for
        message ids."""
        self._server, self._connect, self._trust, self._here = server, connect, trust, here

    def send(self, message: Message) -> str:
        """One mail to all; a repetition has the same Message-ID, by which mail programs show it once."""
        try:
            with self._open() as server:
                refused = server.send_message(self._mail(message), self._server.sender, self._server.to)
        except smtplib.SMTPAuthenticationError:
            raise NotDelivered("the mail server refuses the user name or password") from None
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            kind = Undeliverable if all(code >= 500 for code in codes) else NotDelivered
            raise kind(f"the mail server takes none of the addresses ({codes[0]})") from None
        except smtplib.SMTPServerDisconnected:
            raise NotDelivered("the mail server broke off the connection") from None
        except smtplib.SMTPResponseException as error:
            raise NotDelivered(f"the mail server answers {error.smtp_code}") from None
        except smtplib.SMTPException as error:
            raise NotDelivered(f"the mail server cannot be used ({type(error).__name__})") from None
        except ssl.SSLError as error:
            raise NotDelivered(f"the mail server's certificate is not believed ({error.reason})") from None
        except TimeoutError:
            raise NotDelivered("the mail server does not answer in time") from None
        except OSError as error:
            raise NotDelivered(f"the mail server cannot be reached ({error.strerror or error})") from None
        return f"taken, {len(refused)} addresses refused" if refused else "taken"

    def close(self) -> None:
        """Nothing is open between messages."""

    def _open(self) -> smtplib.SMTP:
        its, connect = self._server, self._connect

        class Checked(smtplib.SMTP):
            def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
                plain = connect(host, port, PATIENCE_S)
                return trust.wrap_socket(plain, server_hostname=host) if trust is not None else plain

        trust = self._trust() if its.security == "tls" else None
        server = Checked(its.host, its.port, timeout=PATIENCE_S)
        try:
            if its.security == "starttls":
                server.starttls(context=self._trust())
            if its.user:
                server.login(its.user, its.password)
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(WIRE)
        mail["From"], mail["To"] = self._server.sender, ", ".join(self._server.to)
        mail["Subject"] = message.title
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{message.key}@{self._here}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Hallwatch-Alert"] = message.alert_id
        if message.what is not What.TEST:
            mail["X-Priority"] = "1"
        mail.set_content(message.text)
        return mail
