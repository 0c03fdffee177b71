"""The conversations that templates are compared on, and the variables that go with each."""

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Gets the weather of a \"place\" <now> & later.",
            "parameters": {
                "type": "object",
                "properties": {
                    "place": {"type": "string", "description": "The town"},
                    "unit": {"type": "string", "enum": ["C", "F"], "description": "Celsius or not", "default": "C"},
                    "days": {"type": "array", "items": {"type": "integer"}},
                    "options": {"type": "object", "properties": {"deep": {"type": "boolean"}}},
                },
                "required": ["place"],
            },
            "return": {"type": "string", "description": "what it is like"},
        },
    },
    {
        "type": "function",
        "function": {"name": "now", "description": "Says the time", "parameters": {"type": "object", "properties": {}}},
    },
]


# Parameters that JSON Schema allows and not every template has a text for.
ODD_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "search",
            "description": "",
            "parameters": {"type": "object", "properties": {"what": {"type": ["string", "null"]}, "any": {}}},
            "strict": True,
        },
    },
]


def user(text):
    return {"role": "user", "content": text}


def reply(text, **more):
    return {"role": "assistant", "content": text, **more}


def system(text):
    return {"role": "system", "content": text}


def call(name, arguments, number):
    return {"id": f"call{number:05d}", "type": "function", "function": {"name": name, "arguments": arguments}}


def tool(text, number=1, name="get_weather"):
    return {"role": "tool", "name": name, "tool_call_id": f"call{number:05d}", "content": text}


WEATHER = {"place": "Zürich", "days": [1, 2], "options": {"deep": True, "ratio": 0.5, "none": None}}

CONVERSATIONS = {
    "one": [user("Hi there")],
    "pair": [user("Hi there"), reply("Hello.")],
    "two": [user("One?"), reply("1."), user("Two?"), reply("2.")],
    "open": [user("One?"), reply("1."), user("Two?")],
    "system": [system("Be brief."), user("Hi"), reply("Hello.")],
    "systems": [system("Be brief."), user("One?"), reply("1."), user("Two?"), reply("2."), user("Three?"), reply("3.")],
    "blanks": [system(" \n Be brief. \n\n"), user("  a\n\n"), reply("\n b \t"), user(" c\u00a0"), reply(" d")],
    "letters": [user("naïve 日本語 🙂 \"quoted\" 'single' \\ {{ x }} {% y %} <b>&amp;</b>"), reply("ß ≠ \u2028 é")],
    "lists": [user([{"type": "text", "text": "Hi "}, {"type": "text", "text": "there"}]), reply([{"type": "text", "text": "Hello."}])],
    "reasoning": [user("2+2?"), reply("4", reasoning_content="Add them.")],
    "reasonings": [
        user("2+2?"), reply("4", reasoning_content="Add them."), user("3+3?"), reply("6", reasoning_content="Again.\n"),
    ],
    "thought": [user("2+2?"), reply("<think>\nAdd them.\n</think>\n\n4"), user("So?"), reply("<think>\n\n</think>\n\nIt is.")],
    "latest": [user("2+2?"), reply("4", reasoning_content="Add them."), user("And 3+3?")],
    "assistant first": [reply("Hello."), user("Hi"), reply("Yes?")],
    "users": [user("One"), user("Two"), reply("3")],
}

WITH_TOOLS = {
    "tools offered": [user("Hi"), reply("Hello.")],
    "tools and system": [system("Be brief."), user("Hi"), reply("Hello."), user("Bye"), reply("So long.")],
    "tool call": [user("Weather?"), reply("", tool_calls=[call("get_weather", WEATHER, 1)])],
    "tool answer": [
        system("Be brief."), user("Weather?"), reply("", tool_calls=[call("get_weather", WEATHER, 1)]),
        tool("{\"degrees\": 21}"), reply("It is 21 °C."),
    ],
    "tool open": [
        user("Weather?"), reply("Let me look.", tool_calls=[call("get_weather", WEATHER, 1)]), tool("Sunny"),
    ],
    "two calls": [
        user("Both?"), reply("", tool_calls=[call("get_weather", WEATHER, 1), call("now", {}, 2)]),
        tool("Sunny", 1), tool("12:00", 2, "now"), reply("Sunny at noon."), user("Thanks"), reply("Welcome."),
    ],
    "call by text": [
        user("Weather?"), reply("", tool_calls=[call("get_weather", "{\"place\": \"Bern\"}", 1)]), tool("Rain"), reply("Rain."),
    ],
    "call without content": [
        user("Weather?"), {"role": "assistant", "tool_calls": [call("get_weather", WEATHER, 1)]}, tool("Rain"), reply("Rain."),
    ],
    "reasoned call": [
        user("Weather?"), reply("", reasoning_content="I must look.", tool_calls=[call("get_weather", WEATHER, 1)]),
        tool("Rain"), reply("Rain.", reasoning_content="So it rains."),
    ],
}


def requests():
    """Name, messages, tools and whether a reply is asked for, of every comparison."""
    odd = {"odd tools": WITH_TOOLS["tools offered"], "odd call": [user("?"), reply("", tool_calls=[call("search", {"any": [1.0, 1e20, ""]}, 7)])]}
    for group, tools in ((CONVERSATIONS, None), (WITH_TOOLS, TOOLS), (odd, ODD_TOOLS)):
        for name, messages in group.items():
            for opens in (False, True):
                yield name, messages, tools, opens
