"""Walks an answer of the simulated account beside botocore's model of it.

botocore passes over elements that it does not know, so a wrong name would look like an
absent value. Here every element must be in the model, and every value of its type.
"""

import re
import xml.etree.ElementTree as ET

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def watch(client):
    """Makes a Query client's answers be walked; returns the list of what is wrong with them."""
    wrong = []

    def walk_answer(operation_model, response_dict, **_):
        if response_dict["status_code"] >= 300 or operation_model.output_shape is None:
            return
        root = _stripped(ET.fromstring(response_dict["body"]))
        wrapper = operation_model.output_shape.serialization.get("resultWrapper")
        node = root.find(wrapper) if wrapper else root
        extra = () if wrapper else ("requestId",)
        if node is None:
            wrong.append(f"{operation_model.name}: no <{wrapper}>")
        else:
            _walk(node, operation_model.output_shape, operation_model.name, wrong, extra)

    client.meta.events.register("before-parse", walk_answer)
    return wrong


def _stripped(root):
    for node in root.iter():
        node.tag = node.tag.split("}")[-1]
    return root


def _walk(node, shape, path, wrong, extra=()):
    if shape.type_name == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for child in node:
            if child.tag in members:
                _walk(child, members[child.tag], f"{path}.{child.tag}", wrong)
            elif child.tag not in extra:
                wrong.append(f"{path}.{child.tag}: not in the model")
        tags = [child.tag for child in node]
        wrong.extend(f"{path}.{tag}: twice" for tag in {tag for tag in tags if tags.count(tag) > 1})
    elif shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        for child in node:
            if child.tag != name:
                wrong.append(f"{path}.{child.tag}: should be {name}")
            else:
                _walk(child, shape.member, f"{path}[]", wrong)
    else:
        _scalar((node.text or "").strip(), shape.type_name, path, wrong)


def _scalar(text, kind, path, wrong):
    right = {
        "boolean": lambda: text in ("true", "false"),
        "integer": lambda: re.fullmatch(r"-?\d+", text),
        "long": lambda: re.fullmatch(r"-?\d+", text),
        "timestamp": lambda: _TIME.fullmatch(text),
    }.get(kind)
    if right and not right():
        wrong.append(f"{path}: {text!r} is no {kind}")
