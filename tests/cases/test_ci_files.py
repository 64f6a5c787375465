"""What others run netverify by: the GitHub Action, the GitLab job, the hooks, the image. Their scripts are run."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from netverify.cli.ci_files import ci_file
from netverify.cli.program import program
from netverify.report.formats import OF_FINDINGS as FORMATS

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB = yaml.safe_load((ROOT / "ci" / "gitlab" / "netverify.gitlab-ci.yml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
INTENT = """\
sources: [{manifests: manifests}]
assertions:
  - {id: client, deny: {from: a, to: b/pg, ports: 5432}, world: existing}
  - {id: clients, deny: {from: namespace a, to: b/pg, ports: 5432}}
zones: {a: namespace a}
"""


def scripts():
    """Every script that a file for another system holds, by its name."""
    yield from ((name, step["run"]) for name, step in STEPS.items())
    yield from (("GitLab", script) for script in GITLAB["netverify"]["script"])
    yield from ((hook["id"], hook["entry"]) for hook in HOOKS)
    for system in ("github", "gitlab", "pre-commit"):
        yield system, ci_file(system, Path(), None).text


def commands(script):
    """The commands of netverify in a script, each with its flags."""
    joined = re.sub(r"\\\n\s*", " ", script)
    for found in re.finditer(r"netverify\"? (check|diff|lint)\b([^\n]*)", joined):
        yield found[1], re.findall(r"(?<![\w-])--?[a-z][\w-]*", re.sub(r"\"[^\"]*\"", " ", found[2]))


def flags_of(name):
    command = program.get_command(click.Context(program), name)
    return {flag for one in command.params if isinstance(one, click.Option) for flag in one.opts} | {"--help"}


@pytest.mark.parametrize(("name", "script"), list(scripts()))
def test_every_flag_that_a_script_uses_is_one_of_the_command(name, script):
    del name
    for command, flags in commands(script):
        assert set(flags) <= flags_of(command)


def test_scripts_use_flags_at_all():
    used = {(command, flag) for _, script in scripts() for command, flags in commands(script) for flag in flags}
    assert {("check", "--output"), ("diff", "--base"), ("check", "--spec")} <= used


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_nothing_from_outside_is_part_of_a_script_of_the_action(step):
    """It would be run: "Script injections", in "Secure use reference" of GitHub Actions."""
    assert "${{" not in step["run"]
    assert step["shell"] == "bash"
    assert "uses" not in step


def test_every_input_and_output_of_the_action_is_described_and_used():
    text = (ROOT / "action.yml").read_text()
    for name, one in {**ACTION["inputs"], **ACTION["outputs"]}.items():
        assert one["description"], name
    for name in ACTION["inputs"]:
        assert f"inputs.{name} " in text, name


def test_the_hooks_read_everything_whichever_file_changed():
    assert [hook["id"] for hook in HOOKS] == ["netverify", "netverify-lint"]
    for hook in HOOKS:
        assert hook["pass_filenames"] is False
        script = ROOT / shlex.split(hook["entry"])[0]
        assert script.stat().st_mode & 0o111
        assert hook["language"] == "script"
        assert re.search(hook["files"], "a/b.yaml")
        assert not re.search(hook["files"], "a/b.py")


def test_the_image_runs_netverify_as_nobody_in_particular():
    lines = (ROOT / "Containerfile").read_text().splitlines()
    assert 'ENTRYPOINT ["netverify"]' in lines
    users = [number for number, line in enumerate(lines) if line.startswith("USER ")]
    assert users
    assert lines[users[-1]] == "USER 10001"
    assert not any(line.startswith(("RUN", "COPY")) for line in lines[users[-1] :])


@pytest.mark.parametrize("system", ["github", "gitlab", "pre-commit"])
def test_what_init_writes_for_a_system_is_yaml_that_names_what_there_is(system):
    text = ci_file(system, Path(), Path("net.yaml")).text
    made = yaml.safe_load(text)
    assert "net.yaml" in text
    if system == "github":
        (use,) = (one for one in made["jobs"]["netverify"]["steps"] if "with" in one)
        assert set(use["with"]) <= set(ACTION["inputs"])
    if system == "pre-commit":
        assert made["repos"][0]["hooks"][0]["id"] in {hook["id"] for hook in HOOKS}


class Runner:
    """A runner of GitHub Actions, as far as the scripts of the action know one."""

    def __init__(self, folder):
        self.repository, self.temp, self.calls = folder / "repository", folder / "temp", folder / "calls"
        self.output = folder / "output"
        shutil.copytree(ROOT / "examples" / "backdoor", self.repository / "manifests")
        (self.repository / "netverify.yaml").write_text(INTENT)
        launcher = self.temp / "netverify" / "bin" / "netverify"
        executable(launcher, f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m netverify "$@"\n')
        self.output.touch()

    def run(self, step, **environment):
        kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "NETVERIFY_NO_CACHE") if key in os.environ}
        known = {
            **{f"NV_{name.upper()}": one.get("default", "") for name, one in ACTION["inputs"].items()},
            "PYTHONPATH": f"{ROOT}{os.pathsep}{kept.get('PYTHONPATH', '')}",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_REPOSITORY": "owner/shop",
            "GITHUB_ACTIONS": "true",
            "HOME": str(self.temp),
            "CALLS": str(self.calls),
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[step]["run"]],
            cwd=self.repository,
            env={**kept, **known, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def outputs(self):
        text = self.output.read_text()
        found = dict(re.findall(r"^([\w-]+)=(.*)$", text, re.MULTILINE))
        return found | {name: value for name, _, value in re.findall(r"^([\w-]+)<<(.*)\n(.*)\n\2$", text, re.MULTILINE)}


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def runner(tmp_path):
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    return Runner(tmp_path)


def test_the_action_checks_annotates_and_tells_the_status(runner):
    given = {"NV_SPEC": "netverify.yaml\n", "NV_SARIF": "out dir.sarif", "NV_ARGS": "--cni\ncalico\n"}
    done = runner.run("Check the intent", **given)
    assert done.returncode == 0, done.stderr
    assert "::error " in done.stdout
    assert "REFUTED clients" in done.stdout
    assert runner.outputs() == {"exit-status": "1", "sarif": "out dir.sarif"}
    assert json.loads((runner.repository / "out dir.sarif").read_text())["version"] == "2.1.0"
    assert runner.run("Verdict", NV_CHECK="1").returncode == 1
    assert runner.run("Verdict", NV_CHECK="0", NV_DIFF="3").returncode == 3
    assert runner.run("Verdict", NV_CHECK="0", NV_DIFF="").returncode == 0
    assert runner.run("Verdict", NV_CHECK="").returncode == 5


def test_what_an_input_holds_is_never_run(runner):
    evil = "$(touch evil); `touch evil` && touch evil #"
    for name in ("NV_SPEC", "NV_ARGS", "NV_BASELINE", "NV_SARIF"):
        done = runner.run("Check the intent", **{name: evil})
        assert done.returncode == 0, done.stderr
    runner.run("Compare access", NV_DIFF_BASE=evil)
    assert not list(runner.repository.rglob("evil"))


def test_misuse_of_the_action_is_told_by_the_status(runner):
    done = runner.run("Check the intent", NV_SPEC="no-such-file.yaml")
    assert done.returncode == 0
    assert "cannot be read" in done.stderr
    assert runner.outputs() == {"exit-status": "2"}


GH = """\
#!/bin/sh
printf '%s\\n' "$*" >>"$CALLS"
case "$*" in
  *--paginate*) printf '%s' "$KNOWN" ;;
  *)
    for one; do case "$one" in body=@*) cat "${one#body=@}" >"$CALLS.body" ;; esac; done
    [ "$GH_STATUS" = 0 ] || exit "$GH_STATUS"
    printf 'https://example/1\\n'
    ;;
esac
"""


@pytest.mark.parametrize(
    ("known", "method"),
    [
        ("", "POST repos/owner/shop/issues/7/comments"),
        ("42\n43\n", "PATCH repos/owner/shop/issues/comments/42"),
    ],
)
def test_the_action_keeps_one_comment_up_to_date(runner, known, method):
    executable(runner.temp / "tools" / "gh", GH)
    (runner.temp / "netverify-check.md").write_text("<!-- netverify -->\n## checked\n")
    (runner.temp / "netverify-diff.md").write_text("<!-- netverify -->\n## compared\n")
    path = f"{runner.temp / 'tools'}{os.pathsep}{os.environ['PATH']}"
    done = runner.run("Comment", PATH=path, NV_PULL_REQUEST="7", KNOWN=known, GH_STATUS="0")
    assert (done.returncode, done.stdout) == (0, "comment: https://example/1\n"), done.stderr
    assert f"--method {method} " in runner.calls.read_text()
    assert Path(f"{runner.calls}.body").read_text() == "<!-- netverify -->\n## checked\n## compared\n"


def test_a_comment_that_may_not_be_written_fails_nothing(runner):
    executable(runner.temp / "tools" / "gh", GH)
    path = f"{runner.temp / 'tools'}{os.pathsep}{os.environ['PATH']}"
    done = runner.run("Comment", PATH=path, NV_PULL_REQUEST="7", KNOWN="", GH_STATUS="1")
    assert done.returncode == 0
    assert "::notice title=netverify::the comment could not be written" in done.stdout


def test_the_gitlab_job_ends_with_the_status_of_the_gate_and_leaves_its_reports(runner):
    (script,) = GITLAB["netverify"]["script"]
    environment = {
        **os.environ,
        **GITLAB["variables"],
        "PATH": f"{runner.temp / 'netverify' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=runner.repository, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    artifacts = GITLAB["netverify"]["artifacts"]
    for name in (*artifacts["paths"], *artifacts["reports"].values()):
        assert (runner.repository / name).stat().st_size > 0


@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="needs pre-commit on PATH")
@pytest.mark.long
def test_pre_commit_runs_the_hooks(runner):
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *arguments], cwd=runner.repository, check=True)
    done = subprocess.run(
        ["pre-commit", "try-repo", str(ROOT), "netverify", "--all-files"],
        cwd=runner.repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "REFUTED clients" in done.stdout
    assert done.returncode == 1


def snippets(language):
    page = (ROOT / "docs" / "ci.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_snippets_of_the_page_name_inputs_variables_and_hooks_that_there_are():
    github, gitlab, hooks, budget = map(yaml.safe_load, snippets("yaml"))
    assert set(budget[0]["with"]) <= set(ACTION["inputs"])
    assert {one for one in budget[0]["with"]["args"].split() if one.startswith("--")} <= flags_of("check")
    steps = github["jobs"]["netverify"]["steps"]
    (ours,) = (step for step in steps if step["uses"].startswith("OWNER/netverify@"))
    assert set(ours["with"]) <= set(ACTION["inputs"])
    assert steps[-1]["with"]["sarif_file"] == "${{ steps.netverify.outputs.sarif }}"
    assert set(gitlab["variables"]) - {"NETVERIFY_IMAGE"} <= set(GITLAB["variables"])
    assert (ROOT / gitlab["include"][0]["file"]).is_file()
    for hook in hooks["repos"][0]["hooks"]:
        (entry,) = (one["entry"] for one in HOOKS if one["id"] == hook["id"])
        ((command, _),) = commands(entry)
        assert {flag for flag in hook["args"] if flag.startswith("--")} <= flags_of(command)


def test_the_commands_of_the_page_have_flags_that_there_are():
    lines = [line for block in snippets("sh") for line in block.splitlines()]
    found = [(command, flags) for line in lines for command, flags in commands(line.partition("  #")[0])]
    assert len(found) >= 6
    for command, flags in found:
        assert set(flags) <= flags_of(command)


def test_the_page_lists_every_input_of_the_action_and_every_output_of_the_gate():
    page = (ROOT / "docs" / "ci.md").read_text()
    assert set(re.findall(r"^\| `([a-z-]+)` \| ", page, re.MULTILINE)) == set(ACTION["inputs"])
    assert set(re.findall(r"`-o ([a-z]+)", page)) == set(FORMATS) - {"json"}
