"""What a mutation run found, a line of JSON for each mutant, and what it comes to."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

SURVIVORS = Path(__file__).with_name("survivors.json")
"""By mutant that no test can or need tell apart: which kind of reason, and the reason."""
KINDS = ("equivalent", "wording", "speed")
DEAD = ("killed", "timeout", "crash")


@dataclass
class Results:
    path: Path
    rows: dict

    @classmethod
    def read(cls, path):
        rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return cls(path, {row["mutant"]: row for row in rows})

    def is_open(self, name, *, again):
        """Whether the mutant has to be run still: it was not, or it survived and is to be run again."""
        row = self.rows.get(name)
        return row is None or (again and row["status"] not in DEAD and name not in reasons())

    def add(self, mutant, ending):
        row = {
            "mutant": mutant.name,
            "line": mutant.lines[0],
            "status": ending.status,
            "by": ending.test,
            "seconds": ending.seconds,
        }
        self.rows[mutant.name] = row
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def report(self, chosen):
        """Print what became of ``chosen``; the exit status: 1 iff one survived without a reason."""
        rows = [self.rows[one.name] for one in chosen if one.name in self.rows]
        rows = [row for row in rows if row["status"] != "nowhere"]  # the same code, or none that can be replaced
        counts = Counter(row["status"] for row in rows)
        known = reasons()
        left = [row for row in rows if row["status"] not in DEAD]
        harmless = Counter(known[row["mutant"]]["kind"] for row in left if row["mutant"] in known)
        holes = [row for row in left if row["mutant"] not in known]
        killed = len(rows) - len(left)
        for row in holes:
            print(f"{row['status']:9} line {row['line']:3} {row['mutant']}")  # noqa: T201
        of = killed + len(holes)
        print(  # noqa: T201
            f"{len(rows)} of {len(chosen)} run; "
            + ", ".join(f"{counts[one]} {one}" for one in sorted(counts))
            + f"; harmless: {dict(sorted(harmless.items()))}; score {killed}/{of} = {100 * killed / max(of, 1):.1f} %"
        )
        return int(bool(holes))


def reasons():
    return json.loads(SURVIVORS.read_text()) if SURVIVORS.exists() else {}
