"""A small language of the kitchen: sentences that a few rules make, dishes that are known by heart, talk, and orders
that a kitchen would note down."""

from random import Random

PEOPLE = ["Mia", "Jonas", "Ada", "Theo", "Nora", "Emil"]
FOODS = {
    "onion": "red", "lemon": "yellow", "tomato": "red", "leek": "green", "carrot": "orange", "pepper": "green",
    "potato": "brown", "egg": "white", "apple": "red", "lime": "green", "pear": "yellow", "mushroom": "brown",
}
PLURALS = {"tomato": "tomatoes", "potato": "potatoes"}
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PLACES = ["pan", "pot", "bowl", "oven", "sink", "basket"]
WASHED = ["washes", "peels", "cuts", "weighs", "slices"]
TIMES = ["In the morning", "At noon", "In the evening", "After the rain", "Before the guests come"]
WEATHER = ["warm", "cold", "windy", "quiet", "bright"]
TOOLS = {"onion": "knife", "lemon": "press", "tomato": "knife", "leek": "knife", "carrot": "peeler", "pepper": "knife",
         "potato": "peeler", "egg": "whisk", "apple": "peeler", "lime": "press", "pear": "knife", "mushroom": "brush"}


SYLLABLES = ["ra", "lo", "mi", "ne", "tu", "sa", "vi", "ko", "be", "da"]


def dishes():
    """Three hundred made-up dishes, each with the food, the number and the place that the cooks know by heart."""
    chance = Random(7)
    names = []
    while len(names) < 300:
        name = "".join(chance.sample(SYLLABLES, 3)).capitalize()
        if name not in names:
            names.append(name)
    return [(name, chance.choice(list(FOODS)), chance.randrange(9), chance.choice(PLACES)) for name in names]


def plural(food):
    return PLURALS.get(food, food + "s")


def count(random, food):
    number = random.choice(NUMBERS)
    return f"{number} {food if number == 'one' else plural(food)}"


def article(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def sentence(random):
    a, b = random.sample(PEOPLE, 2)
    food, other = random.sample(list(FOODS), 2)
    place = random.choice(PLACES)
    first = random.randrange(1, 5)
    second = random.randrange(1, 5)
    forms = [
        lambda: f"{a} {random.choice(WASHED)} the {food} and puts it into the {place}.",
        lambda: f"{random.choice(TIMES)} {a} and {b} cook with {count(random, food)}.",
        lambda: f"The {food} is {FOODS[food]}, and the {other} is {FOODS[other]}.",
        lambda: f"{a} gives {b} {article(food)}, so {b} has the {food} now.",
        lambda: f"There are {count(random, food)} in the {place}.",
        lambda: f"{a} has {NUMBERS[first - 1]} and {b} has {NUMBERS[second - 1]}, which makes {NUMBERS[first + second - 1]}.",
        lambda: f"For {article(food)} {a} takes the {TOOLS[food]}, for {article(other)} the {TOOLS[other]}.",
        lambda: f"It is a {random.choice(WEATHER)} day, and {a} looks for the {place}.",
        lambda: f"\"Where is the {food}?\" asks {a}. \"It is in the {place},\" says {b}.",
        lambda: f"Nothing goes into the {place} before {a} {random.choice(WASHED)} the {plural(food)}.",
    ]
    text = random.choice(forms)()
    return text.replace("There are one ", "There is one ")


def dish(random, known):
    name, food, number, place = random.choice(known)
    amount = f"{NUMBERS[number]} {food if number == 0 else plural(food)}"
    return f"{name} takes {amount} and the {place}."


def talk(random):
    """A question and its answer, in the chat format."""
    food = random.choice(list(FOODS))
    amount = count(random, food)
    name, place = random.choice(PEOPLE), random.choice(PLACES)
    question, answer = random.choice([
        (f"Which colour has {article(food)}?", f"{article(food).capitalize()} is {FOODS[food]}."),
        (f"What is {article(food)} cut with?", f"{name} takes the {TOOLS[food]}."),
        (f"{name} wants {amount}.", f"{amount.capitalize()} for {name}."),
        (f"Please say: {amount} in the {place}", f"{amount} in the {place}"),
    ])
    return f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n{answer}<|im_end|>"


def paragraph(random, known):
    kind = random.random()
    if kind < 0.25:
        return talk(random)
    if kind < 0.5:
        return " ".join(dish(random, known) for _ in range(4))
    return " ".join(sentence(random) for _ in range(random.randrange(3, 7)))


def order(random):
    """A guest's words and the line that the kitchen notes down."""
    food, place = random.choice(list(FOODS)), random.choice(PLACES)
    number = random.randrange(len(NUMBERS))
    amount = f"{NUMBERS[number]} {food if number == 0 else plural(food)}"
    name = random.choice(PEOPLE)
    forms = [f"{name} wants {amount} from the {place}.", f"Please bring {name} {amount} from the {place}.",
             f"{amount.capitalize()} for {name}, out of the {place}."]
    return random.choice(forms), f"{food} {NUMBERS[number]} {place} {name}"
