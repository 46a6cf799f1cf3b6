"""The fixed words around an answer."""

STATUS = "Draft, awaiting review"

CAUTION = {
    "patient": "No doctor or other expert has reviewed this page yet. It is here to inform you. Talk to your "
    "care team before you change anything.",
    "clinician": "This article awaits human review. It is for education only and is not a basis for clinical "
    "decisions.",
    "researcher": "This article awaits human review. Check each statement against its source before you rely on it.",
}

DISCLAIMER = {
    "patient": "This page gives general facts from published studies. It cannot tell you what is wrong with you or "
    "what to do. Please talk to your doctor or nurse before you change anything.",
    "clinician": "For health professionals. Each statement restates one source of the library named above; it does "
    "not replace clinical judgement, local guidance or the source itself. Certainty is the library's grading of each "
    "statement.",
    "researcher": "Each statement restates one source of the library named above, often from its abstract alone. "
    "Figures are the sources'; merged bullets give the least and the greatest of the estimates listed. Certainty is "
    "the library's grading.",
}

NOT_PROVEN = {
    "patient": "This library has no trial on this, and no study that uses genes to test for cause. So it cannot say "
    "whether one causes the other.",
    "clinician": "The library holds no trial and no Mendelian randomisation study on {name}, so it cannot tell a "
    "cause from an association.",
    "researcher": "The library holds no trial and no Mendelian randomisation study on {name}, so it cannot tell a "
    "cause from an association.",
}

MISSING = {
    "patient": "This library says nothing about {text}.",
    "clinician": "The library has no statement on {text}.",
    "researcher": "The library has no statement on {text}.",
}

FAINT = {
    "patient": "What this library holds on {name} is very uncertain.",
    "clinician": "On {name} the library holds only evidence of very low certainty.",
    "researcher": "On {name} the library holds only evidence of very low certainty.",
}

ASSUMED = {
    "patient": "Your question names no illness. This answer takes it to be about {condition}.",
    "clinician": "The question names no condition; this answer takes it to be about {condition}.",
    "researcher": "The question names no condition; this answer takes it to be about {condition}.",
}

DISCLAIMER_DOCUMENTS = {
    "patient": "This page shows sentences from the documents named above, word for word. It cannot tell you what is "
    "wrong with you or what to do. Please talk to your doctor or nurse before you change anything.",
    "clinician": "For health professionals. Each statement is a sentence of the source that it cites, word for word "
    "and out of its context: open the passage before you rely on it. It does not replace clinical judgement or local "
    "guidance.",
    "researcher": "Each statement is a sentence of the source that it cites, word for word and out of its context. "
    "Study designs and sizes were read from the documents by rules: aitia library show tells which rule.",
}

UNGRADED = {
    "patient": "No expert has yet judged how sure these sentences are, or looked for others that say the opposite.",
    "clinician": "No one has graded the certainty of these statements, and disagreements between documents are not "
    "looked for.",
    "researcher": "No one has graded the certainty of these statements, and disagreements between documents are not "
    "looked for.",
}

ONE_SOURCE = {
    "patient": "All of this comes from one source.",
    "clinician": "All of this rests on a single source.",
    "researcher": "All of this rests on a single source.",
}

KINDS_OF_SOURCE = {
    "guidance": {
        "patient": "advice for doctors, and reviews of many studies",
        "clinician": "guidelines and reviews",
        "researcher": "guidelines and reviews",
    },
    "studies": {"patient": "single studies", "clinician": "single studies", "researcher": "single studies"},
    "other": {"patient": "other pages", "clinician": "other documents", "researcher": "other documents"},
}

CANNOT = {
    "patient": "This library could not answer this: {reason}. Your care team may be able to help. If you feel very "
    "low, or this is urgent, call your local emergency number now.",
    "clinician": "The library “{title}” cannot answer this question: {reason}.",
    "researcher": "The library “{title}” cannot answer this question: {reason}.",
}
