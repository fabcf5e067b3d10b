"""Lines that rooms below the console write in English and pages show, as messages of the catalogues.

What stands in braces is whatever stands there in the line ({count}: a number). A test holds that each line can really
be written by the code. Lines that are arguments of ``Refused``, ``PasskeyRefused``, ``Rule`` or
``Field(description=...)``, and those of packs and profiles, are found by `make texts` and do not stand here.
"""

from __future__ import annotations

from hallwatch.web.texts import N_

SIGNING_IN = (
    N_("A password needs {least} characters or more; a sentence is a good one."),
    N_("A PIN has 6 digits."),
    N_("That PIN is too easy to guess; do not use one digit again and again, or a row such as 123456."),
    N_("this device is locked; type its PIN, then answer again"),
    N_("this browser is not signed in any more"),
    N_("A password may have 256 characters at most."),
    N_("That password is too easy to guess; do not use your name or one character again and again."),
    N_("this account is not yours to change"),
    N_("shifts are written by administrators of the school"),
    N_("the keeper does not answer just now ({error}); try again"),
)

TROUBLES = (
    N_("Alerts cannot be saved just now: {reason}. Trying again."),
    N_(
        "Alerts cannot be saved just now: {reason}. Trying again. {waiting} possible matches wait to be saved and"
        " shown."
    ),
    N_("Analysis stopped: {reason}. It is being started again."),
    N_(
        "Deletion is held back: {why}. Look at the clock and the audit trail; then type, at the machine:"
        " hallwatch release-deletion."
    ),
    N_("its process ended unexpectedly ({how})"),
    N_("the clock stands {ahead} before the newest entry of the audit trail"),
    N_("the clock was set by {minutes} minutes"),
    N_("{due} of {kept} faces of alerts would be deleted at once"),
    N_("the database cannot be read: {cause}"),
    N_("the database cannot be written ({error}); look at {where}"),
    N_("that cannot be kept: the database does not take such text"),
)

CAMERAS = (
    N_("analysis stopped; it is being started again"),
    N_("{error}; mend it and start Hallwatch again"),
    N_("cut short: {detail}"),
    N_("its decoder has not answered for {seconds} s"),
    N_("its decoder sent something unreadable and was ended"),
    N_("its decoder was ended by signal {signal}"),
    N_("its decoder failed (exit status {status})"),
    N_("refuses the user name or password"),
    N_("refuses this user"),
    N_("has no stream of this name"),
    N_("refuses connections"),
    N_("broke off the connection"),
    N_("does not answer in time"),
    N_("accepts connections but sends nothing"),
    N_("asks for a network protocol that is not allowed"),
    N_("sends something that is not video"),
    N_("cannot be reached"),
    N_("ended the stream"),
    N_("has sent nothing for {seconds} s"),
    N_("has stopped sending, though the connection stands"),
    N_("sends data, but for {seconds} s no picture in it could be decoded"),
    N_(
        "pictures arrive {seconds} s late: this computer or the network cannot keep up, use the camera's smaller"
        " sub-stream"
    ),
    N_("its name is not known just now"),
    N_(
        "the camera may not be connected to: {why}; add its network to [network] cameras in hallwatch.toml if it"
        " belongs to the school"
    ),
    N_("{address} is never connected to (link-local, multicast or unspecified)"),
    N_("{address} is in none of the networks that may be connected to"),
    N_(
        "{address} is in none of the networks that may be connected to: name it in hallwatch.toml under [network]:"
        ' services = ["{network}"]'
    ),
    N_("its name has no address"),
    N_("the webcam is not plugged in"),
)

ROWS = (
    N_("{cell} is empty"),
    N_("first_name and last_name are both empty"),
    N_("more cells than the header has columns"),
    N_("a cell is too long or not text"),
    N_("external_id {external_id} already stands for another name; one id is one person"),
    N_("list {list} is not one of {lists}"),
    N_("{cell} {value} goes over more than one line"),
    N_("{cell} {value} is not a date like 2027-06-30"),
    N_("ends before it begins: starts {starts}, expires {expires}"),
    N_("photo {photo} must lie inside the watchlist's folder"),
    N_("this person was erased; list the person under a new external_id if there is a new reason"),
    N_("there is no such photo"),
    N_("is not a file"),
    N_("not a picture of a known kind; use {kinds}"),
    N_("cannot be read ({why}); save it anew as JPEG or PNG"),
    N_("no face found; use a photo that shows one face from the front"),
    N_("two faces are about as large and central; cut the photo to the one person"),
    N_("the face is {pixels} pixels high, needs {least}; use a larger photo"),
    N_("1 other face in the photo passed over, the largest and most central is used"),
    N_("{others} other faces in the photo passed over, the largest and most central is used"),
)

MEANING = (
    N_(
        "At threshold {score} expect about {count} {alerts} a day with {photos} enrolled and {passes_a_day} passes a"
        " day, counted here on {days} days (likely {low} to {high}; measured on {passes} passes: {faces});"
        " {recognised} of listed people's simulated passes reach it."
    ),
    N_(
        "At threshold {score} expect about {count} {alerts} a day with {photos} enrolled and {passes_a_day} passes a"
        " day (likely {low} to {high}; measured on {passes} passes: {faces}); {recognised} of listed people's simulated"
        " passes reach it."
    ),
    N_(
        "At threshold {score} expect about {count} {alerts} a day with {photos} enrolled and {passes_a_day} passes a"
        " day, counted here on {days} days (likely {low} to {high}; extrapolated from {passes} passes: {faces});"
        " {recognised} of listed people's simulated passes reach it."
    ),
    N_(
        "At threshold {score} expect about {count} {alerts} a day with {photos} enrolled and {passes_a_day} passes a"
        " day (likely {low} to {high}; extrapolated from {passes} passes: {faces}); {recognised} of listed people's"
        " simulated passes reach it."
    ),
    N_("false alert"),
    N_("false alerts"),
    N_("1 photo"),
    N_("{count} photos"),
    N_("Nobody is being looked for: no row of the list can be used."),
    N_("{why} No template of anybody is made here."),
    N_("camera matching is forbidden under {place}: {why}"),
    N_("{place} is not for live cameras: {why}"),
    N_(
        "This is a demonstration. It compares a portrait with a film that was made from the same portrait, so it says"
        " nothing about how well people are found in real life. The name is invented. Model pack: {pack}."
    ),
)

DELIVERIES = (
    N_("UNDELIVERED: {count} possible matches have reached nobody. Look at them now; Deliveries says why."),
    N_("Nobody outside the console is told just now: {reason}. Trying again."),
    N_("The channel {name} does not deliver: {why}. Trying again."),
    N_("the mail server refuses the user name or password"),
    N_("the mail server takes none of the addresses ({code})"),
    N_("the mail server broke off the connection"),
    N_("the mail server answers {code}"),
    N_("the mail server cannot be used ({error})"),
    N_("the mail server's certificate is not believed ({reason})"),
    N_("the mail server does not answer in time"),
    N_("the mail server cannot be reached ({error})"),
    N_("the receiver does not answer in time"),
    N_("the receiver cannot be reached ({error})"),
    N_("the receiver wants nothing more (410)"),
    N_("the receiver sends us elsewhere ({status}), which is never followed"),
    N_("the receiver answers {status}"),
    N_("the broker cannot be reached"),
    N_("the broker refuses us ({reason})"),
    N_("the broker broke off the connection"),
    N_("the broker took nothing ({error})"),
    N_("the broker does not acknowledge in time"),
    N_("that browser wants no messages any more"),
    N_("what that browser gave cannot be used"),
    N_("the push service does not answer in time"),
    N_("the push service cannot be reached ({error})"),
    N_("the push service answers {status}"),
    N_("the service did not take it"),
    N_("it failed ({error})"),
)

LINES = (*SIGNING_IN, *TROUBLES, *CAMERAS, *ROWS, *MEANING, *DELIVERIES)

LISTINGS = (
    N_("others have said yes to these photos, or are asked to; end the listing and write another"),
    N_("this person is not of your schools alone"),
    N_("On trial: the people of list.csv are looked for without a second person's yes."),
    N_("{count} listed people are not looked for: their photos cannot be used; see Lists."),
    N_("your role or your schools do not include this listing"),
    N_(
        "within the last 30 days you and whoever asks were added, or given a sign-in link, one by the other or both by"
        " the same person; somebody else has to answer"
    ),
    N_("the photos were not compared with everybody listed; propose it on the person's page"),
    N_(
        "{alike} of {cohort} strangers match this person, at most {most} expected: likely to raise many false alerts;"
        " tick that you list the person all the same, and write why"
    ),
    N_("this listing is for schools that are not yours"),
    N_("what was asked for has changed since; look at it again"),
    N_("nobody answers his own request; a second person has to"),
    N_("you have answered already; somebody else has to"),
    N_("the request has lapsed; it has to be proposed anew"),
    N_("its last day is over"),
    N_("nobody approved the emergency"),
    N_("a second person said no"),
    N_("there is no photo of the person"),
    N_("it ends before it begins"),
    N_("it has ended already; give a later last day"),
    N_("a threat needs the notice that was served (document) and a day of review"),
    N_("conditions have an end but no words"),
    N_("write at least one name"),
    N_("a listing needs a first and a last day"),
    N_("no photo was chosen"),
    N_("the photo is larger than {number} MB; save a smaller copy"),
    N_("write the days as a number"),
    N_("somebody with this id is known already; find the person in the roster"),
)

NOTICES = (
    N_("an appeal has come"),
    N_("an appeal was granted"),
    N_("an appeal is not received in the future; look at the day"),
    N_("an appeal is answered within {days} days of its receipt"),
    N_("the id of a list is 2 to 40 small letters, digits and hyphens, such as custody-order"),
    N_("{slug} is a list already; choose another id"),
    N_("the {name} is missing"),
    N_("English name"),
    N_("Spanish name"),
    N_("number of the board's resolution"),
    N_("purpose"),
    N_("the board's resolution lies in the future; write it down when it has been made"),
    N_("{purpose} is no list, whatever it is called; Hallwatch is not for that"),
    N_("{purpose} is no reason to be on a list; Hallwatch is not for that"),
    N_("truancy"),
    N_("suspension"),
    N_("immigration"),
    N_("a search of faces of the past"),
    N_("the request has lapsed; ask anew"),
    N_("the request was answered already"),
    N_(
        "no PDF can be made here: the library Pango is missing (Debian: libpango-1.0-0, libpangoft2-1.0-0); print the"
        " page instead"
    ),
)

PHOTOS = (
    N_("no face found; use a photo that shows one face from the front"),
    N_("two faces are about as large and central; cut the photo to the one person"),
    N_("face {number} pixels high, needs {needs}"),
    N_("blurred: sharpness {number} of 100, needs {needs}"),
    N_("turned {number} degrees to the side, at most {needs}"),
    N_("dark: brightness {number} of 255, needs {needs}"),
    N_("too bright: brightness {number} of 255, at most {needs}"),
    N_("only {number} % sure that this is a face, needs {needs}"),
    N_("photo is {number} years old, at most {needs} is better"),
    N_("good photo"),
    N_("about {tenths} of 10 passes at an entrance, measured on {pairs} pairs of photos: {faces}"),
    N_("fewer than 1 of 10 passes at an entrance, measured on {pairs} pairs of photos: {faces}"),
    N_("the chance of recognising was not measured"),
)

ALERTS = (
    N_("answering needs the course, ten minutes, under Training; somebody who has taken it can answer now"),
    N_("nobody at this school has taken the course; without it only can't tell can be said"),
    N_("its pictures are gone: nobody can compare them any more; only can't tell is left"),
    N_("that reason does not go with that answer; choose one that is offered"),
    N_("that answer does not go with this alert; choose one that is offered"),
    N_("answer first: real, false alarm or test"),
    N_("say why: choose a reason or write it down"),
    N_("that is your answer already"),
    N_("say why you correct your answer"),
    N_("it is closed; a new sighting raises a new alert"),
    N_("it is closed already"),
    N_("answer first: same person, different person or can't tell"),
    N_("two people answered differently; look again together, and write down how it was settled"),
    N_("that outcome does not go with the answer; correct the answer first, or choose another one"),
    N_("this outcome needs words: what happened, or on what condition the person was here"),
    N_("{count} separate wrong or unanswered alerts within an hour"),
    N_("{count} separate wrong or unanswered alerts within a day"),
    N_("wrong or unanswered alerts in {count} schools within an hour"),
)

MAPS = (
    N_("a floor has a name of 1 to {most} letters, such as Ground floor"),
    N_("the number of a floor is between {first} and {last}; the ground floor is 0"),
    N_("north is 0 to 359 degrees clockwise from the picture's top; leave it empty if it is not known"),
    N_("{camera}: write per cent between 0 and 100, from the left and from the top of the picture"),
    N_("{camera}: write numbers for where it hangs"),
    N_("{words} is no whole number"),
    N_("these are not the cameras of this building; look at the page again"),
    N_("the picture is larger than {most} MB; save a smaller copy"),
    N_("your role does not include drawing maps"),
    N_("there is no such floor any more; look at the page again"),
)

REPORTS = (
    N_("{words} is not a date like 2027-06-30"),
    N_("the first day is after the last one; exchange the two"),
    N_("the first day lies in the future"),
    N_("ten years are the most; choose a later first day"),
    N_("there is no such school; choose one of the list"),
)
