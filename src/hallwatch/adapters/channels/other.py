"""SMS and a hundred other services, through Apprise."""

from __future__ import annotations

import logging
import warnings

from hallwatch.core.delivery import Message
from hallwatch.errors import NotDelivered, SettingsError

LOCAL = frozenset({"blink1", "dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})
"""Apprise's schemes for this machine itself: its screen, its log, what is plugged in."""


class Other:
    """Implements ports.Channel for one Apprise address, which is a secret as a whole.

    Apprise connects by itself: run it where ``adapters.outgoing.confine`` holds. It says yes or no, nothing else, and
    knows no keys: a repetition arrives twice.
    """

    def __init__(self, address: str) -> None:
        """Raises SettingsError for what is no address of a service out there."""
        # It asks, where there still is one, for a module that is on its way out.
        warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
        # Half a second, for those who use it alone.
        from apprise import Apprise, AppriseAsset

        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it writes addresses into its lines

        asset = AppriseAsset(
            app_id="Hallwatch", app_desc="Hallwatch", app_url="", async_mode=False, secure_logging=True
        )
        self._services = Apprise(asset=asset)
        if address.partition(":")[0].strip().lower() in LOCAL:
            raise SettingsError("services of this machine itself are not used")
        if not self._services.add(address) or len(self._services) != 1:
            raise SettingsError("the address is none that Apprise knows; its documentation lists them")

    def send(self, message: Message) -> str:
        """Title and text, to whatever the address names."""
        if not self._services.notify(title=message.title, body=message.text):
            raise NotDelivered("the service did not take it")
        return "taken"

    def close(self) -> None:
        """Nothing is open between messages."""
