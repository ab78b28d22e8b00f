"""How the numbers were made, for the methods section of a paper."""

from analysis.paired_study.results import PromptResults
from analysis.settings import AnalysisConf

REFERENCES = (
    "Altman DG, Bland JM. Absence of evidence is not evidence of absence. BMJ 1995.",
    "Benjamini Y, Hochberg Y. Controlling the false discovery rate. JRSS B 1995.",
    "Dada A et al. Does biomedical training lead to better medical performance? GEM 2025.",
    "Dror R et al. Replicability analysis for natural language processing. TACL 2017.",
    "Fagerland MW, Lydersen S, Laake P. The McNemar test for binary matched-pairs data. BMC MRM "
    "2013.",
    "Jeong DP et al. Medical adaptation of large language and vision-language models. EMNLP 2024.",
    "MacKinnon JG, Nielsen MØ, Webb MD. Cluster-robust inference. J. Econometrics 2022.",
    "Miller E. Adding error bars to evals. arXiv 2411.00640, 2024.",
    "Pustejovsky JE, Tipton E. Small-sample methods for cluster-robust variance estimation. JBES "
    "2018.",
    "Tango T. Equivalence test and confidence interval for the difference in proportions for the "
    "paired-sample design. Statistics in Medicine 1998.",
)


def paragraphs(setting: PromptResults, conf: AnalysisConf) -> list[str]:
    """The methods, with the settings of this report."""
    sizes = hypotheses(setting)
    return [
        "Both models of a pair answered the same prompts, which their digests show. Scores of an "
        "item are averaged over its repeats, differences (biomedical minus base) are summed within "
        "clusters: premises in MedNLI, patients in LongHealth and MeDiSumCode, letters in "
        "MeDiSumQA, items elsewhere. The estimate is the mean difference over items, in points.",
        "A difference is tested by flipping the signs of whole clusters "
        f"({conf.flips:,} random flips where they cannot be enumerated or convolved; "
        "right-or-wrong scores with one item per cluster: McNemar's mid-p test), with the interval "
        "of the CR2 cluster-robust variance and Satterthwaite's degrees of freedom (Tango's "
        "interval where McNemar's test decides). A change is claimed only where the adjusted p is "
        f"at most {conf.alpha:g} and the interval excludes zero.",
        "A task score is the mean of its metrics, item by item. Levels are means of data sets; "
        "their variance comes from the joint influence of clusters, their degrees of freedom from "
        "Welch and Satterthwaite. All pairs together: random effects of pairs within families of "
        "base models, REML with the full error covariance, CR2 by family; refused with fewer than "
        "4 families or 3 degrees of freedom.",
        f"Families of hypotheses: pairs overall ({sizes['F1']}), pairs by level ({sizes['F2']}) "
        f"and pairs by task ({sizes['F3']}), each by Holm; everything else ({sizes['F4']}) by "
        "Benjamini and Hochberg, exploratory.",
        "Practical equivalence: two one-sided tests at 5 % against margins declared beforehand. "
        f"{margins(conf)} Seed {conf.seed}.",
    ]


def hypotheses(setting: PromptResults) -> dict[str, int]:
    """Sizes of the families of hypotheses."""
    sizes = {name: 0 for name in ("F1", "F2", "F3", "F4")}
    for row in setting.rows:
        sizes[row.judgement.tests] += 1
    return sizes


def margins(conf: AnalysisConf) -> str:
    """What was declared not to matter, in words."""
    declared = conf.margins
    return (
        f"Margins in points: {declared.binary:g} for right-or-wrong scores, {declared.fraction:g} "
        f"for fractions, {declared.continuous:g} for text metrics, {declared.level:g} for levels."
    )
