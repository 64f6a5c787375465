"""Random questions with one end left open, small enough to try everything."""

from generators.small_cases import small_case
from oracles.brute_force import Told

SIDES = {"who": "source", "what": "destination"}
ANYONE = {"shape": "pods", "selector": {}, "where": None}
MOST_TRIALS = 10_000


def sentence_of(form, question):
    """The question with one end left open."""
    source, target = question["sentence"].removeprefix("can ").split(" reach ")
    return f"who can reach {target}" if form == "who" else f"what can {source} reach"


def open_case(form, seed):
    """The first case from ``seed`` on whose question stays small with one end left open."""
    while True:
        cluster, question = small_case(seed)
        if form == "what":
            question = {**question, "port": None, "protocols": ("TCP", "UDP", "SCTP")}
        if Told(cluster, {**question, SIDES[form]: ANYONE}).trials <= MOST_TRIALS:
            return cluster, question
        seed += 10_000
