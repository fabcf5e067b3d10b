"""Lines that reading and taking in files of people writes in English, as messages of the catalogues (see ``lines``).

Long because it is a list.
"""

from __future__ import annotations

from hallwatch.web.texts import N_

FILES = (
    N_("{what} unpacks to more than {most} MB, or far more than it should; nothing of the zip is taken"),
    N_("{file} holds more than {most} files; hand it over in parts"),
    N_("{file} unpacks to more than {most} GB; hand it over in parts"),
    N_("{file} unpacks to more than {most} MB; save it as 'CSV UTF-8'"),
    N_("a name inside it is not readable; make the zip anew"),
    N_("{what} leads out of the zip; nothing of it is taken"),
    N_("{what} is a link, not a file; make the zip with the files themselves"),
    N_("{file} cannot be read: {why}"),
    N_("{file} is no zip, or it is cut off; fetch or make it anew"),
    N_("{what} is encrypted; make the zip without a password"),
    N_("packed in an unusual way; make the zip anew with Windows or 'zip'"),
    N_("{what} {how}; nothing says which is right"),
    N_("is in it twice"),
    N_("and {other} are one name"),
    N_("files inside it overlap; nothing of it is taken"),
    N_("{what} inside it is damaged; make the zip anew"),
    N_("{file} is larger than {most} MB; hand it over in parts"),
    N_("{file} needs a column map that says what its columns mean"),
    N_("{file} holds {tables} tables where one is needed, as CSV or XLSX, beside the photos"),
    N_(
        "{file} is not UTF-8 and was read as Windows-1252: look whether accents are right, or save it as"
        " 'CSV UTF-8'"
    ),
    N_("{file} is not readable text; save it as 'CSV UTF-8'"),
    N_("{file} is empty; it needs a first line that names its columns"),
    N_("{file} names the column {column} twice; nothing says which is right"),
    N_("{file} lacks the column {column}"),
    N_("{file} lacks the column {column} (it has {other}: capitals count)"),
    N_("{file} lacks the columns {columns}"),
    N_("{file} lacks the columns {columns} (it has {other}: capitals count)"),
    N_("{file} has too many rows or columns; at most {rows} and {columns}"),
    N_("{file} line {line}: not well-formed ({error}); mend the quotes there, or fetch the file anew"),
    N_("{file} has a header and no rows: it is cut off, or should be absent"),
    N_("{file} has a header and no rows: it is cut off, or the wrong file"),
    N_("{file} line {line}: its last row has {have} of {wide} cells: the file is cut off; export it anew"),
    N_("{file} line {line}: a cell goes on over the next line; a quote is missing there"),
    N_("{file} has no {what}"),
    N_("{file} has no manifest.csv; a OneRoster zip has one at its top"),
    N_("manifest.csv says oneroster.version {version}; versions {versions} are read"),
    N_("manifest.csv says that {file}.csv is absent; people cannot be taken in without it"),
    N_("manifest.csv says file.{file} is {mode}; it is bulk, delta or absent"),
    N_("{file} is an old or a locked Excel file; save it as XLSX without a password, or as CSV"),
    N_("{file} holds a DOCTYPE, which no spreadsheet program writes; save it as 'CSV UTF-8'"),
    N_("{file} is far too large or deep inside; save it as 'CSV UTF-8'"),
    N_("{file} has no sheet {sheet}; it has {sheets}"),
    N_("{file} is not a readable XLSX workbook; save it anew, or as 'CSV UTF-8'"),
    N_("{file} has more than {most} rows; delete the empty ones, or save it as CSV"),
    N_(
        "column {column} should hold dates like {like}, but line {line} has {cell}: columns are swapped, or"
        " the map names another one or another format"
    ),
    N_(
        "column {column} should hold names, but line {line} has {cell}: columns are swapped, or the map"
        " names another one"
    ),
    N_("nothing says of which day {file} is; say it, or name its column in the map"),
    N_("reading it takes more memory than a file of people may; hand it over in parts"),
    N_("whatever read it failed on it; export it anew"),
    N_("was not read within its time; hand it over in parts"),
    N_("takes far too long to read; hand it over in parts"),
    N_("the photos cannot be read any more"),
    N_("is empty or damaged"),
)

ROWS = (
    N_("has {have} cells where the header has {wide}"),
    N_("a cell is longer than {most} letters"),
    N_("givenName and familyName are both empty"),
    N_("orgSourcedIds names {org}, which is not in orgs.csv"),
    N_("orgSourcedIds is empty"),
    N_("orgSourcedId {org} is not in orgs.csv"),
    N_("a role of theirs ended; a file of changes does not say which are left: take a whole file in"),
    N_("{count} guardians, parents and relatives are in the file and not taken in"),
    N_("{count} people with a role that is neither student nor staff are not taken in"),
    N_("{count} people whose sign-in is switched off are taken in: they are on the rolls"),
    N_("no row in roles.csv says what they are"),
    N_("birthDate {cell} is not a date like 2011-06-30; taken in without"),
    N_("status {cell} is neither active nor tobedeleted"),
    N_("sourcedId is empty"),
    N_("sourcedId {cell} is none"),
    N_("sourcedId {cell} is in the file twice; the first row counts"),
    N_(
        "id {cell} differs from {others} in leading zeros only; write every id as the source does (in a"
        " spreadsheet, as text)"
    ),
    N_("is new here, and a file of changes does not say {what}; take a whole file in first"),
    N_(
        "{missing} of {known} people would vanish, more than a tenth: the file looks cut off; if it is"
        " right, hand it over in the console and say so there, and somebody else has to take it in"
    ),
    N_("id {cell} is far too long for one"),
    N_("{columns} say no reason"),
    N_("{column} {cell} is not a date like {like}"),
    N_("{column} holds a formula; copy the column and paste it as values"),
    N_("id {cell} is in line {line} already"),
    N_("id {cell} has more than {most} rows"),
    N_("id {cell} stands for another name in line {line}; one id is one person"),
    N_("{column} {cell} is not written {pattern}"),
    N_("{column} {cell} is nobody's birth date"),
)

PHOTOS = (
    N_("{file} holds no photos; it needs files named {endings} by the person's id"),
    N_("{file} has two index files, {one} and {other}; keep one"),
    N_("is the very same picture for {count} people, so it shows none of them"),
    N_("id {cell} may be {people}; nobody gets this photo"),
    N_("{count} archives inside {file} are not opened"),
    N_("{kind} pictures are not read; save it as JPEG"),
    N_("photo {photo} is not in {file}, or is in it more than once"),
    N_("{photo} is for id {cell}, too; nobody gets it"),
    N_("id {cell} has more than {most} photos; none is taken"),
    N_("id {cell} would be {person} but for zeros, and so would another"),
    N_("{other} is for the same id; neither is taken"),
    N_("{photo} is not in {file}"),
    N_("its decoder failed on it; save it anew as JPEG"),
    N_("its decoder had no answer within {seconds} s; save it anew as JPEG"),
    N_("takes far too long to decode; save it anew as JPEG"),
    N_("larger than {most} MB; save a smaller copy"),
    N_("{size} pixels, at most {most} million; save a smaller copy"),
    N_("HEIC and AVIF pictures are not read; save it as JPEG"),
    N_("needs more memory than a photo may; save a smaller copy"),
)

IMPORTS = (
    N_("no file was chosen"),
    N_("say what kind of file it is"),
    N_("nobody went on within half an hour, and the file was forgotten; hand it over again"),
    N_("the keeper stopped answering; what was taken in stays, hand the same file over again for the rest"),
    N_("there is not enough memory for this file; hand it over in parts"),
    N_(
        "the process of this import ended unexpectedly; what was taken in stays, and the file can be handed"
        " over again"
    ),
    N_("another import is under way; go on with it, or put it away first"),
    N_("it was put away; nothing of it was taken in"),
    N_("more than a tenth would vanish: somebody else than who handed the file over has to take it in"),
    N_("the rows cannot be shown just now; try again"),
    N_("this import does not wait for anything"),
)

LISTED = (
    N_(
        "{missing} of {known} people of this source would end, more than a tenth: the file looks cut off; if"
        " it is right, say so (--many-vanish), and others have to say yes to it as to everything"
    ),
    N_("a person has ended the listing here; write a new one in the console if there is a new reason"),
    N_("is suspended here and stays so; resume or end that listing first"),
    N_("the file does not say why this person is to be listed"),
    N_("no photo; not listed"),
    N_("not listed, the photo cannot be used: {why}"),
    N_(
        "{alike} of {cohort} strangers match this person, at most {most} expected: likely to raise many false"
        " alerts; use a better photo, or list the person by hand, where the reason is asked for"
    ),
    N_("{file} has no source; name it in the column map"),
    N_("{file} holds {tables} files named {name}; it needs one, beside the photos"),
    N_("{list} is no list that others say yes to; choose one of {lists}"),
    N_("{count} rows have expired and are passed over"),
    N_("the notes of {rows} rows are not taken over: a listing has a reason and an authority"),
    N_("say what the list is called; the next file of that name is compared with this one"),
    N_("the column map is larger than {size} KB, which none needs to be"),
    N_("the column map is not UTF-8 text; save it as UTF-8"),
    N_("choose the column map that says what the columns of the registry mean"),
    N_("that column map is not kept any more; choose another"),
    N_("there is no column map {name}; choose one of {names}"),
    N_("the column map {name} is not TOML: {why}"),
)

IMPORT_LINES = (*FILES, *ROWS, *PHOTOS, *IMPORTS, *LISTED)
