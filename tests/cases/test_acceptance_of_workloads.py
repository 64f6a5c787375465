"""Controllers and pods that a server refuses are refused, and those that it takes with a warning have one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netverify.sources.inventory import read_inventory

TEMPLATE = {
    "metadata": {"labels": {"app": "job"}},
    "spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "a"}]},
}


def codes(value: dict[str, Any]) -> list[tuple[str, str]]:
    inventory = read_inventory((), texts={"x.json": json.dumps(value).encode()})
    return [(one.code, one.severity.name) for one in inventory.diagnostics if one.code not in ("NV205", "NV156")]


def job(**spec: Any) -> dict[str, Any]:
    meta = {"name": "case", "namespace": "shop", "uid": "u-1"}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"template": TEMPLATE, **spec}}


def cron_job(schedule: object = "* * * * *", **job_spec: Any) -> dict[str, Any]:
    spec = {"schedule": schedule, "jobTemplate": {"spec": {"template": TEMPLATE, **job_spec}}}
    meta = {"name": "case", "namespace": "shop"}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": spec}


class TestSelectorOfAJob:
    """*selector: normally, the system sets this field for you.* ``ValidateGeneratedSelector`` refuses another one."""

    @pytest.mark.parametrize(
        "spec",
        [
            {},
            {"selector": None},
            {"selector": {}},
            {"selector": {"matchLabels": {"app": "job"}}, "manualSelector": True},
            # A Job as it is read from a cluster.
            {"selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "u-1"}}},
            {"selector": {"matchLabels": {"controller-uid": "u-1"}}, "manualSelector": False},
        ],
    )
    def test_what_the_server_makes_or_is_told_to_take_is_taken(self, spec: dict[str, Any]) -> None:
        assert codes(job(**spec)) == []

    @pytest.mark.parametrize("manual", [{}, {"manualSelector": False}, {"manualSelector": None}])
    @pytest.mark.parametrize(
        "selector",
        [
            {"matchLabels": {"app": "job"}},
            {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
            {"matchLabels": {"app": "job", "controller-uid": "u-1"}},
        ],
    )
    def test_any_other_is_refused(self, selector: dict[str, Any], manual: dict[str, Any]) -> None:
        assert codes(job(selector=selector, **manual)) == [("NV255", "ERROR")]

    def test_a_manual_selector_must_be_there_and_match(self) -> None:
        assert codes(job(manualSelector=True)) == [("NV250", "ERROR")]
        assert codes(job(manualSelector=True, selector={"matchLabels": {"app": "x"}})) == [("NV251", "ERROR")]

    def test_a_template_that_names_another_job_is_refused(self) -> None:
        named = {**TEMPLATE, "metadata": {"labels": {"job-name": "case"}}}
        assert codes(job(template=named)) == []
        other = {**TEMPLATE, "metadata": {"labels": {"batch.kubernetes.io/job-name": "other"}}}
        assert codes(job(template=other)) == [("NV251", "ERROR")]

    @pytest.mark.parametrize("spec", [{"selector": {"matchLabels": {"app": "job"}}}, {"manualSelector": True}])
    def test_the_template_of_a_cron_job_has_none(self, spec: dict[str, Any]) -> None:
        assert codes(cron_job(**spec)) == [("NV255", "ERROR")]


class TestScheduleOfACronJob:
    """*schedule: in Cron format.* The server parses it as robfig/cron does, and refuses what that refuses."""

    @pytest.mark.parametrize(
        "schedule",
        [
            "* * * * *",
            "*/5 0-6 1,15 jan-DEC Mon-fri",
            "0 3 ? * ?",
            "5/10 * * * *",
            "0-30/7,59 * * * 0",
            "  0   0 * * sun ",
            "@daily",
            "@every 1h30m",
            "@every 1.5h",
            "0 0 31 2 *",
        ],
    )
    def test_a_schedule_is_taken(self, schedule: str) -> None:
        assert codes(cron_job(schedule)) == []

    @pytest.mark.parametrize(
        "schedule",
        [
            "",
            None,
            "every minute",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 7",
            "* * * * monday",
            "*/0 * * * *",
            "*/x * * * *",
            "30-10 * * * *",
            "1-2-3 * * * *",
            "1/2/3 * * * *",
            "-1 * * * *",
            "@sometimes",
            "@every",
            "@every soon",
            "@Daily",
            "TZ=Europe/Berlin 0 3 * * *",
            "CRON_TZ=UTC 0 3 * * *",
        ],
    )
    def test_what_is_no_schedule_is_refused(self, schedule: str | None) -> None:
        assert codes(cron_job(schedule)) == [("NV254", "ERROR")]


class TestPortNamesThatRepeat:
    """A server refuses one name for two ports of a container and protocol, and warns of one that repeats elsewhere."""

    def pod(self, **spec: Any) -> dict[str, Any]:
        meta = {"name": "case", "namespace": "shop"}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}

    def container(self, name: str, *ports: tuple[str, int, str], **more: Any) -> dict[str, Any]:
        listed = [{"name": port, "containerPort": number, "protocol": protocol} for port, number, protocol in ports]
        return {"name": name, "image": "i", "ports": listed, **more}

    def test_in_one_container_with_one_protocol_it_is_refused(self) -> None:
        twice = self.container("a", ("x", 80, "TCP"), ("x", 81, "TCP"))
        assert ("NV237", "ERROR") in codes(self.pod(containers=[twice]))

    def test_in_one_container_with_two_protocols_it_is_a_warning(self) -> None:
        twice = self.container("a", ("x", 53, "TCP"), ("x", 54, "UDP"))
        assert codes(self.pod(containers=[twice])) == [("NV246", "WARNING")]

    @pytest.mark.parametrize("more", [{}, {"restartPolicy": "Always"}])
    def test_in_an_init_container_it_is_a_warning(self, more: dict[str, Any]) -> None:
        init, main = self.container("a", ("x", 80, "TCP"), **more), self.container("b", ("x", 81, "TCP"))
        assert codes(self.pod(initContainers=[init], containers=[main])) == [("NV246", "WARNING")]

    def test_a_number_that_an_init_container_had_before_is_nothing(self) -> None:
        init, main = self.container("a", ("x", 80, "TCP")), self.container("b", ("y", 80, "TCP"))
        assert codes(self.pod(initContainers=[init], containers=[main])) == []
