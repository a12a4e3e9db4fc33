"""Every act has words and tells its watchers; every topic is made in one file and listened to."""

import ast
from collections import defaultdict
from pathlib import Path

from jobfair.audit.rules import Act
from jobfair.db import topics

ROOT = Path(__file__).parent.parent.parent / "jobfair"
TOPICS = {"fair", "position", "browser", "account", "company", "inbox"}
ANNOUNCES = {
    Act.DEFINE: {"fair"},
    Act.REDEFINE: {"fair"},
    Act.PUBLISH: {"fair"},
    Act.OPENED: {"fair"},
    Act.OPEN_EARLY: {"fair"},
    Act.EXTEND: {"fair"},
    Act.CLOSE_EARLY: {"fair"},
    Act.PAUSE: {"fair"},
    Act.RESUME: {"fair"},
    Act.WINDOW_ENDED: {"fair"},
    Act.LATCH: {"fair"},
    Act.VERIFY_COMPANY: {"fair"},
    Act.SUSPEND_COMPANY: {"fair", "company"},
    Act.ADD_REVIEWER: set(),
    Act.ADD_ORGANISER: set(),
    Act.RESET_PASSWORD: {"account"},
    Act.DISABLE_ACCOUNT: {"account"},
    Act.SIGN_IN: {"browser"},
    Act.BEGIN_REGISTRATION: set(),
    Act.REGISTER: set(),
    Act.CHANGE_PROFILE: set(),
    Act.UPLOAD_CV: set(),
    Act.REMOVE_CV: set(),
    Act.WITHDRAW: {"fair", "position"},
    Act.DOWNLOAD: set(),
    Act.READ_CV: set(),
    Act.SET_UP_CODE: set(),  # people.sign_out_others ends and marks the other browsers
    Act.REMOVE_CODE: set(),
    Act.INVITE_ORGANISER: set(),
    Act.ACCEPT_INVITATION: {"account"},
    Act.DISABLE_ORGANISER: {"account"},
    Act.SEND_AGAIN: set(),
    Act.TELL_BY_HAND: set(),
    Act.REKEY: set(),
    Act.CHANGE_PASSWORD: {"account", "browser"},
    Act.LOOK_UP_APPLICANT: set(),
    Act.CLAIM_ACCOUNT: {"account"},
    Act.KEEP_APPLICATIONS: set(),
    Act.RECOVER: {"account"},
    Act.CONFIRM_CONTACT: set(),
    Act.REMOVE_CONTACT: set(),
    Act.SIGN_OUT_OTHERS: {"browser"},
    Act.RESET_APPLICANT: set(),  # a code; using it is RECOVER
    Act.RESET_ORGANISER: set(),  # by people.reset_password, which marks the account
    Act.DELETE_PERSON: set(),  # both by applicants.forget_applicant, which marks the account
    Act.DELETE_UNUSED: set(),
    Act.RETENTION: set(),
}
"""What may be stale on an open page, or forbidden to it, after each act."""


def files():
    for path in sorted(ROOT.rglob("*.py")):
        if path != ROOT / "db" / "topics.py":
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def calls(node, name):
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            called = call.func
            if name == (called.id if isinstance(called, ast.Name) else None):
                yield call


def topics_in(node):
    return {
        inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.value, ast.Name)
        and inner.value.id == "topics"
    }


def announced_by(function, functions, seen=frozenset()):
    """Return the topics a function marks, itself or through another one of its file."""
    found = {name for call in calls(function, "mark_changed") for name in topics_in(call)}
    for name in functions.keys() - seen:
        if any(calls(function, name)):
            found |= announced_by(functions[name], functions, seen | {name})
    return found


def test_every_act_announces_what_it_changes_for_those_who_watch():
    found = defaultdict(set)
    for _, tree in files():
        functions = {
            node.name: node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for function in functions.values():
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and node.value.id == "Act"
                ):
                    found[Act[node.attr]] |= announced_by(function, functions)

    assert found.keys() == set(Act), "each act is done somewhere"
    assert dict(found) == ANNOUNCES


def test_every_topic_that_is_marked_is_listened_to_and_the_other_way_round():
    marked, heard = set(), set()
    for name, tree in files():
        for call in calls(tree, "mark_changed"):
            assert topics_in(call), f"{name} spells a topic: {ast.unparse(call)}"
            marked |= topics_in(call)
        for call in calls(tree, "subscribe"):
            assert topics_in(call), f"{name} spells a topic: {ast.unparse(call)}"
            heard |= topics_in(call)
        if name == "live/rights.py":
            heard |= topics_in(tree) - {"ends_rights"}

    assert marked == heard == TOPICS
    assert {name for name in vars(topics) if not name.startswith("_")} == TOPICS | {"ends_rights"}


def test_the_topics_of_rights_end_them_and_no_others():
    ending = {topics.browser(b"\x01"), topics.account(1), topics.company(1)}

    assert {name for name in ending if topics.ends_rights(name)} == ending
    assert not topics.ends_rights(topics.fair(1))
    assert not topics.ends_rights(topics.position(1))
