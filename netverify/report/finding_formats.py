"""The formats for lists of findings, each writer imported when it is needed: a run uses one or two."""

from __future__ import annotations

from typing import assert_never

from netverify.report.finding_list import FindingList, ListFormat, Run


def rendered_list(found: FindingList, wanted: ListFormat, run: Run) -> str:
    """``found``, of the run ``run``, in the format ``wanted``."""
    match wanted:
        case ListFormat.SARIF:
            from netverify.report.sarif import render_sarif  # noqa: PLC0415 see above

            return render_sarif(found, run)
        case ListFormat.JUNIT:
            from netverify.report.junit import render_junit  # noqa: PLC0415 see above

            return render_junit(found)
        case ListFormat.GITHUB:
            from netverify.report.github import render_github  # noqa: PLC0415 see above

            return render_github(found, run)
        case ListFormat.GITLAB:
            from netverify.report.gitlab import render_gitlab  # noqa: PLC0415 see above

            return render_gitlab(found, run)
        case _ as never:
            assert_never(never)
