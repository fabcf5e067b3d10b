"""The command line. Each command has a file; heavy imports stay inside the functions so that --help is quick."""

from __future__ import annotations

import sys

import typer

from hallwatch import __version__
from hallwatch.entry.cli import (
    alerts,
    bench,
    calibrate,
    channels,
    cohort,
    demo,
    evaluate,
    import_check,
    import_listed,
    import_roster,
    init,
    jurisdictions,
    listing,
    lists,
    models,
    records,
    serve,
    sign_in_link,
    sim,
    watch,
)
from hallwatch.errors import UserError

app = typer.Typer(
    name="hallwatch",
    help="Watches a school's cameras for the few people who must not be there, and forgets everybody else.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(watch.watch)
app.command()(serve.serve)
app.command()(init.init)
app.command()(demo.demo)
models.app.command("cohort")(cohort.cohort)
app.add_typer(models.app, name="models")
app.add_typer(evaluate.app, name="evaluate")
app.command()(calibrate.calibrate)
app.add_typer(sim.app, name="sim")
app.command()(bench.bench)
import_check.app.command("roster")(import_roster.roster)
import_check.app.command("registry")(import_listed.registry)
import_check.app.command("list")(import_listed.list_)
import_check.app.command("waiting")(import_listed.waiting)
app.add_typer(import_check.app, name="import")
app.command()(jurisdictions.jurisdictions)
app.command("sign-in-link")(sign_in_link.sign_in_link)
app.command()(records.backup)
app.command()(records.restore)
app.command()(records.erase)
app.command("release-deletion")(records.release_deletion)
app.add_typer(lists.app, name="lists")
app.add_typer(listing.app, name="listing")
app.add_typer(channels.app, name="channels")
app.add_typer(alerts.app, name="alerts")
app.add_typer(records.keys_app, name="keys")
app.add_typer(records.audit_app, name="audit")


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    """Run the command line; what a user can mend is one line and exit status 2."""
    try:
        app()
    except UserError as error:
        print(f"hallwatch: {error}", file=sys.stderr)
        sys.exit(2)
