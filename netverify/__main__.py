"""``python -m netverify`` is the same program as ``netverify``."""

from netverify.cli.main import run

run()
