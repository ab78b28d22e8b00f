"""Text of the methods section, with the settings of the analysis."""

from analysis.number_format import margin, significant
from analysis.paired_study.results import PromptResults
from analysis.settings import AnalysisConf

REFERENCES = (
    "Altman DG, Bland JM. Absence of evidence is not evidence of absence. BMJ 1995.",
    "Benjamini Y, Hochberg Y. Controlling the false discovery rate. JRSS B 1995.",
    "Dada A et al. Does biomedical training lead to better medical performance? GEM 2025.",
    "Dror R et al. Replicability analysis for natural language processing. TACL 2017.",
    "Fagerland MW, Lydersen S, Laake P. The McNemar test for binary matched-pairs data. BMC MRM "
    "2013.",
    "Fuller WA. Measurement error models. Wiley 1987.",
    "Gelman A. Prior distributions for variance parameters in hierarchical models. Bayesian "
    "Analysis 2006.",
    "Jeong DP et al. Medical adaptation of large language and vision-language models. EMNLP 2024.",
    "Kitagawa EM. Components of a difference between two rates. JASA 1955.",
    "MacKinnon JG, Nielsen MØ, Webb MD. Cluster-robust inference. J. Econometrics 2022.",
    "Miller E. Adding error bars to evals. arXiv 2411.00640, 2024.",
    "Pustejovsky JE, Tipton E. Small-sample methods for cluster-robust variance estimation. JBES "
    "2018.",
    "Tango T. Equivalence test and confidence interval for the difference in proportions for the "
    "paired-sample design. Statistics in Medicine 1998.",
)

EXAMS = (
    "Exam questions minus clinical tasks is a weighted sum of data sets, pooled over pairs as the "
    "levels are; its mean is one declared hypothesis. The line of clinical on exam differences is "
    "Fuller's, with the known error covariances and a jackknife over families."
)


DRAWS = (
    "Where a prompt was answered several times, its draws are averaged first, and the error of a "
    "difference contains the chance of the draws. The share of sampling is the part of the squared "
    "standard error that the variance between draws of a prompt explains. That variance is of the "
    "difference of paired draws where both models drew their tokens with the same random numbers, "
    "and otherwise the sum of both models' variances. The expected error with other numbers of "
    "draws changes this part only. Votes are pluralities of the answers that were read."
)


THOUGHTS = (
    "Where a model thinks before it answers, thought and answer have budgets of their own, or "
    "one budget together where a server takes one request. A thought that its budget ends is "
    "closed in the model's place, and the answer behind it is scored. A thought that never ends "
    "leaves a blank answer, which scores 0. No score is computed from a thought. The difference "
    "without cut and unfinished thoughts leaves out an answer if that happened to either model, so "
    "it is conditional on the models' own output. Shares and lengths of thoughts are not tested."
)


def paragraphs(setting: PromptResults, conf: AnalysisConf) -> list[str]:
    """Paragraphs on design, tests, levels and pooling, corrections, and equivalence."""
    sizes = hypotheses(setting)
    return [
        "Both models of a pair answered the same prompts, as their digests show. Scores of an item "
        "are averaged over its presentations. Differences (biomedical minus base) are summed "
        "within clusters: premises in MedNLI, patients in LongHealth and MeDiSumCode, letters in "
        "MeDiSumQA, items elsewhere. The estimate is the mean difference over items, in points.",
        "A difference is tested by flipping the signs of entire clusters, with "
        f"{conf.flips:,} random flips where the flips cannot be enumerated or convolved. Its "
        "interval uses the CR2 cluster-robust variance and Satterthwaite's degrees of freedom. "
        "Right-or-wrong scores with one item per cluster are tested by McNemar's mid-p test and "
        "have Tango's interval. A change is claimed only where the adjusted p is at most "
        f"{significant(conf.study.alpha)} and the interval excludes zero.",
        "A task score is the mean of its metrics, item by item. A level is a mean of data sets. "
        "Its variance is computed from the joint influence of clusters, and its degrees of freedom "
        "by Welch and Satterthwaite. All pairs are pooled with random effects of pairs within "
        "families of base models, by REML with the full error covariance, and CR2 by family. "
        "Pooling is refused with fewer than 4 families or 3 degrees of freedom.",
        "Three families of hypotheses are each corrected by Holm: pairs overall "
        f"({sizes['F1']}), pairs by level ({sizes['F2']}) and pairs by task ({sizes['F3']}). All "
        f"other hypotheses ({sizes['F4']}) are exploratory and corrected by Benjamini and "
        "Hochberg.",
        "Practical equivalence is tested by two one-sided tests at 5 % against margins that were "
        f"declared beforehand. {margins(conf)} Seed {conf.seed}.",
        "Form and content are the parts of a difference by Kitagawa, with CR2 errors from the "
        "influence of each item.",
        *[EXAMS] * (setting.exam_contrast is not None),
        *[DRAWS] * bool(setting.draws),
        *[THOUGHTS] * bool(setting.thoughts),
    ]


def hypotheses(setting: PromptResults) -> dict[str, int]:
    """Number of hypotheses in each family."""
    sizes = {name: 0 for name in ("F1", "F2", "F3", "F4")}
    for row in setting.rows:
        sizes[row.judgement.tests] += 1
    return sizes


def margins(conf: AnalysisConf) -> str:
    """The declared margins, as a sentence."""
    declared = conf.study.margins
    return (
        f"Margins in points: {margin(declared.binary)} for right-or-wrong scores, "
        f"{margin(declared.fraction)} for fractions, {margin(declared.continuous)} for text "
        f"metrics, {margin(declared.level)} for levels."
    )
