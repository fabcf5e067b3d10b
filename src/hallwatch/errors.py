"""Every error Hallwatch raises on purpose.

HallwatchError
├── UserError             somebody can mend it: one clear line, exit status 2
│   ├── SettingsError     a setting, flag or hallwatch.toml says something impossible
│   ├── PackError         a model pack is missing, altered, unlicensed or not calibrated
│   │   └── (adapters/models adds NotHere and AddressUnreachable: where to look next)
│   ├── WatchlistError    the list cannot be read at all (single bad rows are not errors, they are refused)
│   ├── FileRefused       a file of people or photos cannot be taken in at all (bad rows are faults, not errors)
│   ├── ImageError        a picture cannot be opened, or is too large to open safely
│   ├── EnrolmentError    a picture opens, but no one face in it can be enrolled
│   ├── SourceError       a camera or video that cannot be used at all (no such file, no such codec)
│   ├── KeysError         the master key or the key store is missing, damaged or not the one that belongs here
│   │   └── (adapters/keys adds NoKeyStore)
│   ├── CertificateError  an authority gave no certificate, or it cannot be kept
│   ├── BackupError       a backup cannot be made, or is not one that can be restored here
│   ├── PasskeyRefused    a passkey that does not fit, or comes too late
│   ├── ProviderFault     the district's own sign-in does not answer, or says something else than it should
│   ├── PaperError        a paper cannot be made here, for want of a library of the system
│   ├── Forbidden         the law of the place, or the policy, says no
│   ├── Unkeepable        what was asked for cannot stand in the database; nothing of it was written
│   ├── TryAgain          it could not be done just now; asking again may work
│   └── StoreUnwritable   the database did not commit; whoever sent it still has it
├── SourceLost            a camera stopped for now; the decoder waits and tries again
├── NotDelivered         a message did not arrive; trying again may work
│   └── Undeliverable     and never will, in this way
├── StoreUnreadable       the database cannot be read just now; asking again may work
├── KeyGone               the key of a person was destroyed: nothing of them opens any more
├── SealBroken            a sealed record was altered, moved, or sealed with another key
└── TemplateMismatch      templates of two packs were about to be compared
"""

from __future__ import annotations


class HallwatchError(Exception):
    """Base of everything Hallwatch raises on purpose."""


class UserError(HallwatchError):
    """Somebody can mend it; the message is one line that says what to do."""


class SettingsError(UserError):
    """A setting, flag or hallwatch.toml says something impossible."""


class PackError(UserError):
    """A model pack is missing, altered, unlicensed or not calibrated."""


class WatchlistError(UserError):
    """The list cannot be read at all."""


class FileRefused(UserError):
    """A file of people or photos cannot be taken in at all."""


class ImageError(UserError):
    """A picture cannot be opened, or is too large to open safely."""


class EnrolmentError(UserError):
    """A picture opens, but no one face in it can be enrolled."""


class SourceError(UserError):
    """A camera or video that cannot be used at all."""


class SourceLost(HallwatchError):
    """A camera stopped for now; the decoder waits and tries again."""


class TemplateMismatch(HallwatchError):
    """Templates of two packs were about to be compared."""


class KeysError(UserError):
    """The master key or the key store is missing, damaged or not the one that belongs here."""


class CertificateError(UserError):
    """An authority gave no certificate, or it cannot be kept."""


class BackupError(UserError):
    """A backup cannot be made, or is not one that can be restored here."""


class PasskeyRefused(UserError):
    """A passkey that does not fit, or comes too late."""


class ProviderFault(UserError):
    """The district's own sign-in does not answer, or says something else than it should."""


class PaperError(UserError):
    """A paper cannot be made here, for want of a library of the system."""


class Forbidden(UserError):
    """The law of the place, or the policy, says no."""


class Unkeepable(UserError):
    """What was asked for cannot stand in the database; nothing of it was written."""


class TryAgain(UserError):
    """It could not be done just now; asking again may work."""


class StoreUnwritable(UserError):
    """The database did not commit; whoever sent the change still has it."""


class NotDelivered(HallwatchError):
    """A message did not arrive, or it is not known whether it did; the text says why and holds no secret."""


class Undeliverable(NotDelivered):
    """The other end will never take this message: trying again is useless."""


class StoreUnreadable(HallwatchError):
    """The database cannot be read just now (its writer is being restarted); asking again may work."""


class KeyGone(HallwatchError):
    """The key of a person was destroyed: nothing of them opens any more."""


class SealBroken(HallwatchError):
    """A sealed record was altered, moved, or sealed with another key."""
