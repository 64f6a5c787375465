"""The labels that controllers set on the pods that they make; judges share no code with the package.

* A Deployment "adds the pod-template-hash label to every ReplicaSet that it creates or adopts"; a DaemonSet does so
  with its revision. Nobody knows the values before.
* "Each Pod of a StatefulSet has a label apps.kubernetes.io/pod-index with its ordinal, and
  statefulset.kubernetes.io/pod-name with its name."
* A Job labels its pods with its name, and with its UID.

What the template says under such a key is replaced.
"""

ORDINAL, POD_NAME = "apps.kubernetes.io/pod-index", "statefulset.kubernetes.io/pod-name"
JOB_NAMES = ("batch.kubernetes.io/job-name", "job-name")
JOB_UIDS = ("batch.kubernetes.io/controller-uid", "controller-uid")
UNTOLD = {
    "Deployment": ("pod-template-hash",),
    "DaemonSet": ("controller-revision-hash", "pod-template-generation"),
    "StatefulSet": ("controller-revision-hash",),
    "Job": JOB_UIDS,
    "CronJob": (*JOB_NAMES, *JOB_UIDS),
}
OTHER = "other-value"


def added_labels(manifest, mentioned):
    """Every set of labels that a pod may have from its controller, as far as ``mentioned`` tells them apart.

    ``mentioned`` maps keys to the values that selectors mention; a key that they do not mention is left out.
    """
    kind, found = manifest.get("kind"), [{}]
    if kind == "StatefulSet":
        found = [
            {key: value for key, value in labels.items() if key in mentioned}
            for labels in numbered(manifest, mentioned)
        ]
    elif kind == "Job":
        found = [{key: manifest["metadata"]["name"] for key in JOB_NAMES if key in mentioned}]
    for key in UNTOLD.get(kind, ()):
        if key in mentioned:
            values = [*sorted(value for value in mentioned[key] if value), OTHER]
            found = [{**labels, key: value} for labels in found for value in values]
    return [labels for number, labels in enumerate(found) if labels not in found[:number]]


def numbered(manifest, mentioned):
    """The labels of each pod of a StatefulSet by its ordinal; as many as are mentioned where any number may run."""
    name, count = manifest["metadata"]["name"], manifest["spec"].get("replicas")
    ordinals = range(count or 0)
    if not count:
        written = {value for value in mentioned.get(ORDINAL, ()) if value}
        written |= {value.removeprefix(f"{name}-") for value in mentioned.get(POD_NAME, ()) if value}
        ordinals = [*sorted(int(text) for text in written if text.isdecimal() and text == str(int(text))), 987_654]
    return [{ORDINAL: str(number), POD_NAME: f"{name}-{number}"} for number in ordinals]
