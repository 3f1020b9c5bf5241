"""An agent without a model: what it knows of the product is the list of tools, and what each answer says.

A step of a task is said in words ("publish content item") with facts ({"item": 7}), never with a tool's or an argument's name where they
differ from plain words.  The policy is fixed:

- the tool whose name has most of the words is taken; when no listed tool has them all, search_operations is asked;
- an argument is filled with the fact whose words its name or description has, or with what an earlier answer had under that name;
- after an error the corrected call in `example` is sent, with its placeholders filled in from what is known;
- of a list that has more, the next page is asked for.
"""
import json
import re

CALLS_PER_STEP_MAX = 8
FINDERS = ("search_operations", "describe_operation", "execute_operation")
FILLERS = {"the", "of", "a", "an", "to", "in", "it", "and", "or", "only"}
PLACEHOLDER = re.compile(r"^<(\w+)(?:: .*)?>$")


def words(text):
    """lower-case words of a name or a sentence, without plurals: "contentTypeId" has content, type and id."""
    parts = re.findall(r"[a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text).lower())
    return [part[:-1] if len(part) > 3 and part.endswith("s") and not part.endswith("ss") else part for part in parts]


class Stuck(Exception):
    """The policy does not know how to go on."""


class ScriptedAgent:
    """client: tests/lib/mcp.py's Agent, which sends the calls."""

    def __init__(self, client):
        self.client = client
        self.colleagues = []
        self.tools = {tool["name"]: tool for tool in client.ask("tools/list")["tools"]}
        self.found = {}     # operations that search_operations has described
        self.searched = {}  # words -> the name it led to
        self.n_calls = 0
        self.calls = []     # of the task, for whoever reads a failure
        self.memory = {}  # what answers had, by its name

    def begin(self, **memory):
        self.memory = dict(memory)
        self.calls = []

    def colleague(self, client):
        """Somebody else with a key of his own: a reviewer, a buyer.  The calls are the task's."""
        other = ScriptedAgent(client)
        other.begin(**self.memory)
        self.colleagues.append(other)
        return other

    def all_calls(self):
        return self.n_calls + sum(other.n_calls for other in self.colleagues)

    # ---- calls

    def send(self, name, arguments):
        """(is refused, structured content) of one call, which is counted."""
        self.n_calls += 1
        self.calls.append((name, arguments))
        if name in self.found and name not in self.tools:
            name, arguments = "execute_operation", {"operation": name, "arguments": arguments}
        result = self.client.ask("tools/call", {"name": name, "arguments": arguments})
        return bool(result.get("isError")), result.get("structuredContent", {})

    def schema(self, name):
        return (self.tools.get(name) or self.found[name])["inputSchema"]

    # ---- which tool

    @staticmethod
    def match(intent, name, description):
        """None: a word is nowhere.  Else better when larger: words in the name, words as they were written, no words too many."""
        named, said = set(words(name)), set(words(description))
        if not all(word in named | said for word in words(intent)):
            return None
        written = set(re.findall(r"[a-z]+", intent))
        return (sum(word in named for word in words(intent)), len(written & set(re.findall(r"[a-z]+", name))), -len(words(name)))

    def best(self, intent, tools):
        """tools: (name, description, ...) each."""
        fits = [(self.match(intent, *tool[:2]), tool) for tool in tools]
        fits = [fit for fit in fits if fit[0]]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None

    def pick(self, intent):
        """The listed tool that has every word; else what the search finds."""
        listed = self.best(intent, [(name, tool["description"]) for name, tool in self.tools.items() if name not in FINDERS])
        if listed:
            return listed[0]
        if intent not in self.searched:
            _, answer = self.send("search_operations", {"query": intent})
            found = next(((found["id"], found) for found in answer["operations"] if "inputSchema" in found), None)
            if found is None:
                raise Stuck(f"nothing is found for '{intent}': {answer}")
            self.found[found[0]] = found[1]
            self.searched[intent] = found[0]
        return self.searched[intent]

    # ---- which arguments

    @staticmethod
    def fit(fact, name, schema):
        """How much of an argument's name, or of its description, a fact's words are."""
        wanted, named, said = set(words(fact)), set(words(name)), set(words(schema.get("description", ""))) - FILLERS
        shares = [len(wanted) / len(all_words) for all_words in (named, said) if wanted <= all_words]
        return max(shares, default=0)

    def remembered(self, name, tool=""):
        """What an answer had under that name: expectedVersion is the version that was read, the id of "purchase offer" an offer's."""
        plain = name.removeprefix("expected")
        plain = plain[:1].lower() + plain[1:]
        of_thing = [self.memory[word] for word in words(tool) if word in self.memory] if name == "id" else []
        return of_thing[-1] if of_thing else self.memory.get(name, self.memory.get(plain))

    @staticmethod
    def cast(value, schema):
        return str(value) if schema.get("type") == "string" and isinstance(value, int) else value

    def arguments(self, name, facts):
        schema = self.schema(name)
        properties, made = schema.get("properties", {}), {}
        pairs = sorted(((self.fit(fact, p, properties[p]), fact, p) for fact in facts for p in properties), key=lambda pair: (-pair[0], pair[1:]))
        taken = set()
        for share, fact, p in pairs:
            if share > 0 and fact not in taken and p not in made:
                taken.add(fact)
                made[p] = self.cast(facts[fact], properties[p])
        if len(taken) < len(facts):
            raise Stuck(f"no argument of {name} means {set(facts) - taken}: {list(properties)}")
        for required in schema.get("required", []):
            value = self.remembered(required, name)
            if required not in made and value is not None:
                made[required] = self.cast(value, properties[required])
        proof = self.proof(properties)
        return {**made, **proof}

    def proof(self, properties):
        """An argument whose description says a:b is made of what answers had under a and b."""
        for name, schema in properties.items():
            pair = re.search(r"\b([a-z]+):([a-z]+)\b", schema.get("description", ""))
            if pair and all(part in self.memory for part in pair.groups()):
                return {name: ":".join(self.memory[part] for part in pair.groups())}
        return {}

    # ---- what to do about an error

    def filled(self, value, facts):
        """The corrected call with its placeholders filled in from what is known; Stuck where one is not."""
        if isinstance(value, dict):
            return {name: self.filled(inner, facts) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner, facts) for inner in value]
        place = PLACEHOLDER.match(value) if isinstance(value, str) else None
        known = facts.get(place[1], self.remembered(place[1])) if place else value
        if known is None:
            raise Stuck(f"nobody said what {value} is")
        return known

    def after_error(self, name, arguments, facts, error):
        """The next arguments, or None."""
        self.learn(error.get("context", {}))
        if "example" in error:
            filled = self.filled(error["example"], facts)
            if filled != arguments:
                return filled
        return None

    # ---- a step

    def learn(self, answer):
        for name, value in answer.items():
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                self.memory[name] = value
            elif isinstance(value, list) and value and isinstance(value[0], int):
                self.memory[words(name)[-1]] = value[0]  # offers: [1]

    def do(self, intent, **facts):
        """Take one step to its end; what it answered."""
        facts = {name.replace("_", " "): value for name, value in facts.items()}
        name = self.pick(intent)
        arguments = self.arguments(name, facts)
        for _ in range(CALLS_PER_STEP_MAX):
            is_refused, answer = self.send(name, arguments)
            if not is_refused:
                self.learn(answer)
                return answer
            again = self.after_error(name, arguments, facts, answer["error"])
            if again is None:
                raise Stuck(f"{name} {arguments}: {answer['error']}")
            arguments = again
        raise Stuck(f"{name} was refused {CALLS_PER_STEP_MAX} times: {self.calls}")

    def refused(self, code, intent, **facts):
        """A step whose refusal is what the task is after: a price.  Its context is remembered."""
        name = self.pick(intent)
        is_refused, answer = self.send(name, self.arguments(name, {k.replace("_", " "): v for k, v in facts.items()}))
        if not is_refused or answer["error"]["code"] != code:
            raise Stuck(f"{name} was not refused as {code}: {answer}")
        self.learn(answer["error"].get("context", {}))
        return answer["error"]

    def all(self, intent, **facts):
        """Every page of a list, as one."""
        pages = [self.do(intent, **facts)]
        while pages[-1].get("hasMore"):
            pages.append(self.do(intent, **facts, cursor=pages[-1]["nextCursor"]))
        return pages
