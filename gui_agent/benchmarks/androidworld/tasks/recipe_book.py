"""The recipes of the restated recipe tasks: dishes, what is done with them, and how the other fields vary."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from device_farm.types.task import JsonValue

Row: TypeAlias = dict[str, JsonValue]

COLUMNS: Final = (
    "title",
    "description",
    "servings",
    "preparationTime",
    "source",
    "ingredients",
    "directions",
    "favorite",
    "imageName",
    "recipeId",
)
"""Of one recipe as AndroidWorld hands it over; `recipeId` is -1 before it is stored."""

PREPARATION_TIMES: Final = ("10 mins", "20 mins", "30 mins", "45 mins", "1 hrs", "2 hrs", "3 hrs", "4 hrs")
SERVINGS: Final = ("1 serving", "2 servings", "3-4 servings", "6 servings", "8 servings")
_DESCRIPTIONS: Final = (
    "Ready soon, for evenings without much time.",
    "Light, and good on any day of the week.",
    "A dish to play with: change what you like.",
)
_CLOSINGS: Final = (
    "Taste it before you serve it.",
    "Leave out what you do not have.",
    "Scatter some parsley on top.",
)
_INGREDIENTS: Final = (
    "from the larder",
    "to taste",
    "see below",
    "what the market has",
    "a handful of each",
    "any brand",
)

DISHES: Final = {
    "Apple Pancakes": "Whisk flour, milk and eggs, fold in grated apple and fry in butter.",
    "Baked Potatoes with Quark": "Bake potatoes until soft, cut them open and fill them with quark and chives.",
    "Barley Risotto": "Stir barley in stock until creamy, then add mushrooms and parmesan.",
    "Bean and Corn Salad": "Toss kidney beans with corn, onion and lime juice.",
    "Beetroot Soup": "Simmer beetroot with onion and stock, puree it and add a spoon of cream.",
    "Braised Red Cabbage": "Braise red cabbage with apple, vinegar and cloves until tender.",
    "Bread Dumplings": "Soak old bread in milk, shape dumplings with eggs and parsley, and poach them.",
    "Carrot Ginger Soup": "Sweat carrots and ginger in oil, add stock and coconut milk and puree.",
    "Cheese Spaetzle": "Press dough into boiling water, layer with mountain cheese and fried onion.",
    "Chicken Paprika": "Fry chicken with onion and paprika, add stock and stir in sour cream.",
    "Cucumber Dill Salad": "Slice cucumber thin and dress it with yogurt, dill and vinegar.",
    "Egg Curry": "Boil eggs, then warm them in a sauce of tomato, onion and curry powder.",
    "Fennel Gratin": "Cover sliced fennel with cream and gruyere and bake until brown.",
    "Fish Pie": "Poach cod in milk, thicken it, cover it with mashed potato and bake.",
    "Garlic Spinach": "Wilt spinach with garlic and a pinch of nutmeg.",
    "Green Bean Stew": "Stew green beans with tomato, savory and potato.",
    "Herb Omelette": "Beat eggs with parsley and chives and cook them slowly in butter.",
    "Leek Quiche": "Line a tin with dough, fill it with leek, cream and eggs and bake.",
    "Lentil Patties": "Mash cooked lentils with carrot and cumin, shape patties and fry them.",
    "Mushroom Toast": "Fry mushrooms with garlic and thyme and heap them on toast.",
    "Oat Porridge with Pear": "Cook oats in milk and top them with pear and cinnamon.",
    "Onion Tart": "Soften onion in butter, spread it on dough with cream and bacon and bake.",
    "Pea Puree": "Cook peas with mint, then puree them with butter.",
    "Plum Crumble": "Cover plums with a crumble of flour, butter and sugar and bake.",
    "Pumpkin Gnocchi": "Knead pumpkin with flour and semolina, cut gnocchi and boil them.",
    "Rice Pudding": "Simmer rice in milk with vanilla until thick and add cinnamon.",
    "Roast Cauliflower": "Roast cauliflower with turmeric and serve it with tahini.",
    "Sardines on Rye": "Spread rye bread with butter, add sardines, onion and lemon juice.",
    "Savoy Rolls": "Roll minced beef in savoy leaves and braise them in stock.",
    "Tomato Bread Soup": "Cook tomato with garlic and old bread and finish it with olive oil.",
    "Turnip Mash": "Boil turnip with potato and mash them with nutmeg.",
    "Walnut Pesto Pasta": "Pound walnuts with basil and oil and toss with hot pasta.",
    "Yogurt Flatbread": "Mix flour with yogurt and salt, roll it thin and cook it in a dry pan.",
    "Zurich Veal Strips": "Sear veal strips, deglaze with white wine and stir in mushrooms and cream.",
}

INGREDIENTS_IN_DIRECTIONS: Final = (
    "apple",
    "chives",
    "coconut milk",
    "cumin",
    "dill",
    "fennel",
    "garlic",
    "mushrooms",
    "nutmeg",
    "paprika",
    "potato",
    "stock",
    "thyme",
    "tomato",
    "vinegar",
    "yogurt",
)
"""Each of them is in the directions of at least one dish."""


def random_recipe(rng: Random) -> Row:
    title = rng.choice(tuple(DISHES))
    return {
        "title": title,
        "description": rng.choice(_DESCRIPTIONS),
        "servings": rng.choice(SERVINGS),
        "preparationTime": rng.choice(PREPARATION_TIMES),
        "source": "",
        "ingredients": rng.choice(_INGREDIENTS),
        "directions": f"{DISHES[title]} {rng.choice(_CLOSINGS)}",
        "favorite": 0,
        "imageName": "",
        "recipeId": -1,
    }


def different_rows(
    rng: Random, count: int, fits: Callable[[Row], bool] = lambda row: True, *, unlike: tuple[Row, ...] = ()
) -> list[Row]:
    """`count` recipes that fit, all different from each other and from `unlike`."""
    rows: list[Row] = []
    while len(rows) < count:
        row = random_recipe(rng)
        if fits(row) and row not in rows and row not in unlike:
            rows.append(row)
    return rows
