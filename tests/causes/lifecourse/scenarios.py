"""Small scenarios that the tests share."""

from aitia.causes.lifecourse import Scenario, scenario_of

# Six equal steps: the lifetime risk by 85 is 1/400 without other deaths (the notes' calculation).
PLAIN = """
format: 1
title: Plain
onset: {steps: 6, rate: 0.0156540}
mortality: {gompertz: {at_birth: 3e-5, growth: 0.1}}
"""

# Everything that can be drawn step by step, with outcomes that are not rare.
RICH = """
format: 1
title: Rich
onset: {steps: 5, rates: [0.05, 0.03, 0.04, 0.02, 0.06]}
mortality: {table: [[0, 0.004], [1, 0.0], [20, 0.001], [50, 0.01], [70, 0.08], [90, 0.3]]}
sexes:
  female: {share: 0.48, mortality: {gompertz: {at_birth: 2e-5, growth: 0.1}}}
  male: {share: 0.52, mortality_ratio: 1.3, speeds: [{step: all, times: 1.1}]}
groups:
  - {name: north, share: 0.3}
  - {name: middle, share: 0.5, speeds: [{step: 1, times: 2}]}
  - {name: south, share: 0.2, mortality_ratio: 0.8}
variants:
  - {name: G, carriers: 0.1, steps_taken: 2, frequency_in: {south: 0.2}}
  - {name: R, frequency: 0.3, inheritance: recessive, steps_taken: [4]}
exposures:
  - {name: smoke, prevalence: 0.4, prevalence_in: {male: 0.5, female: 0.25}, ages: [18, 45.5],
     speeds: [{step: 3, times: 3}, {step: 5, times: 1.5}], mortality_ratio: 1.5}
  - {name: lead, prevalence: 0.2, ages: [30, 60], speeds: [{step: 2, times: 2}],
     depends_on: [{name: smoke, odds_ratio: 3}, {name: G, odds_ratio: 0.5}]}
horizon: 100
"""

FRAIL = """
format: 1
title: Frail
onset: {steps: 4, rate: 0.004, lineages: 1000}
mortality: {gompertz: {at_birth: 3e-5, growth: 0.1}}
variants:
  - {name: G, carriers: 0.02, hazard_ratio: 20}
liability: {heritability: 0.5, shared_environment: 0.1, mapping: hazard, log_hazard_sd: 1.2}
"""


def plain() -> Scenario:
    return scenario_of(PLAIN)


def rich() -> Scenario:
    return scenario_of(RICH)


def frail() -> Scenario:
    return scenario_of(FRAIL)
