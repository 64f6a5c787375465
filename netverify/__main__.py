from netverify.cli.main import run

run()
