"""Texts in the form of a code that mean no diagnosis: denied codes, other systems, drugs, tests."""

import re
from collections.abc import Sequence

from clue.icd.notation import bare
from clue.icd.releases import code_list

_ANY = ""
Meaning = tuple[str, str, str]
"""Pattern of the token, of the text before it and of the text behind it."""

_OTHER_SYSTEM = (
    r"\b(?:icd-?9(?:-?cm)?|cpt|hcpcs|(?:ms-?)?drg|icd-?10-?pcs|pcs|snomed(?:\s+ct)?|loinc|rxnorm"
    r"|ndc)"
)
_FILLER = (
    r"(?:the|an?|evidence|signs?|history|of|code[sd]?|icd\S*|it|is|be|as|use|using|with"
    r"|assign(?:ed)?|report(?:ed)?|option)"
)
_UNUSED = r"(?:applicable|coded|assigned|present|supported|documented|used|needed|indicated)"

MEANINGS: Sequence[Meaning] = (
    # denied: "not I11.9", "E11.9 but not E10.9", "I11.9 is not coded"
    (
        r".+",
        rf"(?:\b(?:not|no|never|neither|nor|except|excluding|rather than|instead of"
        rf"|rul(?:e|ed|es|ing) out|excludes?|denies|remove[sd]?)|n't)"
        rf"\s+(?:{_FILLER}\s+){{0,4}}[\"'(\[]*\Z",
        _ANY,
    ),
    (
        r".+",
        _ANY,
        r"[\"')\]]*\s*(?:(?:is|was|are|does|do|did|should|can|could|would|has|will)(?:n't|\s+not)\b"
        r"|cannot\b|can't\b|(?:is|was|are|can\s+be)\s+(?:wrong|incorrect|excluded|ruled\s+out|invalid)"
        rf"|[-:(\u2013\u2014]*\s*(?:not\s+{_UNUSED}|ruled\s+out|excluded|incorrect|wrong|n/a)\b)",
    ),
    # codes of another system
    (r".+", rf"{_OTHER_SYSTEM}(?:\s+codes?)?\s*[:=#]?\s*\Z", _ANY),
    # every so many hours, strengths of dextrose, isotopes, masks, antigens and proteins
    (r"Q\d{1,2}H", _ANY, _ANY),
    (r"D(?:5|10|20|25|50)(?:W|NS)", _ANY, _ANY),
    (
        r"D(?:5|10|20|25|50)W?",
        r"\b(?:amps?(?:ules?)?|iv|gave|given|give|received|receiving|bolus|push|dextrose|of|with|took|on|drip"
        r"|infusion|administered)\s*(?:of\s*)?\Z",
        _ANY,
    ),
    (
        r"D(?:5|10|20|25|50)W?",
        _ANY,
        r"\W*(?:was\s+|were\s+)?(?:given|administered|amps?\b|ampules?|iv\b|push|bolus|infusion|drip|infused"
        r"|started|water|ns\b|solution|x\s*\d|\d+\s*(?:ml|g|amps?)\b|injected|hung|running|dextrose)",
    ),
    (r"N95", _ANY, _ANY),
    (
        r"(?:I1(?:23|25|31)|Y90|F18)",
        _ANY,
        r"\W*(?:therapy|ablation|uptake|scan|seeds?|radio\w*|microspheres?|sirt|fdg|pet|mibg|treatment)\b",
    ),
    (
        r"[BCDGPTK]\d{2}",
        _ANY,
        r"\W*(?:gene|protein|mutat\w+|antigen|antibod\w+|receptor|expression|positiv\w+|negativ\w+)\b",
    ),
    (
        r"[A-Z]\d{2}",
        r"\b(?:hla|gene|vitamin|vit\.?|room|bed|ward|unit|level|vertebra\w*|mutat\w+)[-\s]*\Z",
        _ANY,
    ),
    (
        r"[CTLS]\d{1,2}",
        _ANY,
        r"\W*(?:weighted|vertebra\w*|level|compression|radiculopathy|fracture|lesion|burst|laminectomy|dermatome)\b",
    ),
)
"""Each row is a meaning that no diagnosis has."""
_COMPILED = tuple(tuple(re.compile(part, re.I) for part in row) for row in MEANINGS)
_PLACEHOLDER = re.compile(r"\.X+\Z", re.I)
_ICD9_SUPPLEMENT = re.compile(r"(?:V\d\d\.\d{1,2}|E\d{3}(?:\.\d)?)\Z", re.I)
_HCPCS = re.compile(r"[A-EGHJ-MP-V]\d{4}\Z", re.I)


def is_diagnosis(token: str, before: str, after: str) -> bool:
    """Tests if a text that has the form of a code means a diagnosis that it affirms.

    Args:
        token: the text.
        before: what the line has before it.
        after: what the line has behind it.

    >>> is_diagnosis("I11.9", "I10, not ", ""), is_diagnosis("D50", "", " given")
    (False, False)
    """
    unknown = bare(token) not in code_list()
    other_systems = (_PLACEHOLDER.search(token), _ICD9_SUPPLEMENT.match(token), _HCPCS.match(token))
    if unknown and any(other_systems):
        return False
    return not any(
        word.fullmatch(token) and left.search(before) and right.match(after)
        for word, left, right in _COMPILED
    )
