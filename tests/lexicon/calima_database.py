"""A morphological database of a few words, in the format in which camel_data installs one.

Each word is one that neither Rasid's own lists nor arramooz have. As in calima-msa-r13, a stem says `gen:-` and `num:-`
where its endings decide, and its number where it is a broken plural.
"""

import json

CATALOGUE = {"version": "1.6", "packages": {}, "components": {}}
VALUES = {
    "pos": ("noun", "adj", "noun_prop"), "gen": ("m", "f", "-"), "num": ("s", "d", "p", "-"), "stt": ("i", "d", "c"),
    "cas": ("n", "a", "g", "u"), "form_gen": ("m", "f"), "form_num": ("s", "d", "p"), "prc0": ("0", "Al_det"),
    "prc1": ("0",), "prc2": ("0",), "prc3": ("0",), "enc0": ("0", "3ms_poss"),
}  # fmt: skip
OPEN = ("diac", "lex", "bw", "gloss")
SUFFIXES = {  # category: ending, what it says
    "Nom": ("ُ", "stt:i cas:n"),
    "Acc": ("اً", "stt:i cas:a"),
    "Of": ("ُهُ", "stt:c cas:n enc0:3ms_poss"),
    "Fem": ("َةٌ", "form_gen:f stt:i cas:n"),
    "Masc": ("ُونَ", "form_num:p stt:i cas:n"),
    "MascGen": ("ِينَ", "form_num:p stt:i cas:g"),
    "MascOf": ("ُو", "form_num:p stt:c cas:n"),
    "At": ("َاتٌ", "form_gen:f form_num:p stt:i cas:n"),
}
BARE, BEFORE_TEH, ADJECTIVE = ("Nom", "Acc", "Of"), ("Fem", "At"), ("Nom", "Fem", "Masc", "MascGen", "MascOf", "At")
STEMS = [  # lemma, stem, part of speech, gender, number, its suffixes
    ("طُرْبِيد_1", "طُرْبِيد", "noun", "m", "s", BARE),
    ("طُرْبِيد_1", "طَرابِيد", "noun", "m", "p", BARE),
    ("دُشْمَة_1", "دُشْم", "noun", "f", "s", ("Fem",)),
    ("دُشْمَة_1", "دُشَم", "noun", "f", "p", BARE),
    ("كَمْبِيالَة_1", "كَمْبِيال", "noun", "-", "-", BEFORE_TEH),
    ("بِيُومِتْرِيّ_1", "بِيُومِتْرِيّ", "adj", "-", "-", ADJECTIVE),
    ("زَنْبَرَك_1", "زَنْبَرَك", "noun", "m", "s", BARE),
    ("زَنْبَرَك_1", "زَنابِك", "noun", "m", "p", ("Fem",)),
    ("بغدلي_1", "بغدلي", "noun_prop", "m", "s", BARE),
]


def text():
    """The database file."""
    lines = ["###DEFINES###"]
    lines += [f"DEFINE {name} " + " ".join(f"{name}:{each}" for each in values) for name, values in VALUES.items()]
    lines += [f"DEFINE {name} {name}:*open*" for name in OPEN]
    lines += ["###DEFAULTS###", *(f"DEFAULT pos:{pos} {_DEFAULT}" for pos in VALUES["pos"])]
    lines += ["###ORDER###", "ORDER " + " ".join([*OPEN, *VALUES]), "###TOKENIZATIONS###", "###STEMBACKOFF###"]
    lines += ["STEMBACKOFF NOUN N", "###PREFIXES###", "\tNothing\tdiac: bw:", "###SUFFIXES###"]
    lines += [
        f"{_plain(ending)}\t{name}\tdiac:{ending} bw:{ending} {says}" for name, (ending, says) in SUFFIXES.items()
    ]
    lines += ["###STEMS###", *(_stem(number, *row) for number, row in enumerate(STEMS))]
    lines += ["###TABLE AB###", *(f"Nothing Stem{number}" for number in range(len(STEMS)))]
    lines += ["###TABLE BC###", *(f"Stem{number} {each}" for number, row in enumerate(STEMS) for each in row[-1])]
    lines += ["###TABLE AC###", *(f"Nothing {each}" for each in SUFFIXES)]
    return "\n".join(lines) + "\n"


_DEFAULT = "gen:- num:- stt:i cas:u form_gen:m form_num:s prc0:0 prc1:0 prc2:0 prc3:0 enc0:0"


def _stem(number, lemma, stem, pos, gender, many, _):
    says = f"lex:{lemma} bw:{stem} gloss:{number} pos:{pos} gen:{gender} num:{many} {_DEFAULT.split(' ', 2)[2]}"
    return f"{_plain(stem)}\tStem{number}\tdiac:{stem} {says}"


def _plain(vowelled):
    return "".join(char for char in vowelled if not "\u064b" <= char <= "\u0652")


def install(folder):
    """Puts it, with a catalogue, where `camel_data -i morphology-db-msa-r13` does."""
    file = folder / "data" / "morphology_db" / "calima-msa-r13" / "morphology.db"
    file.parent.mkdir(parents=True)
    file.write_text(text(), "utf-8")
    (folder / "catalogue.json").write_text(json.dumps(CATALOGUE))
    return file
