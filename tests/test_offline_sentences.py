"""Sentences about tables, English and Chinese: which call each of them becomes once the tables are known."""

from __future__ import annotations

from typing import Any

import pytest

from table_copilot_jupyter.engine.base import AssistantStep, HistoryItem, ToolAnswer, ToolAnswers, ToolCall, UserText
from table_copilot_jupyter.engine.offline.model import OfflineReply, reply
from table_copilot_jupyter.tools.code import RunCodeArguments
from table_copilot_jupyter.tools.plot import PlotTableArguments
from table_copilot_jupyter.tools.tables import DescribeTableArguments, QueryTableArguments

LISTED = """2 tables in this kernel:
- penguins (pandas.DataFrame, 344 rows × 8 columns, 30 kB): species str, island str, bill_length_mm float64, \
bill_depth_mm float64, flipper_length_mm float64, body_mass_g float64, sex str, year int64
- gapminder (polars.DataFrame, 1,704 rows × 6 columns, 80 kB): country Categorical, continent Enum, year Int64, \
lifeExp Float64, pop Int64, gdpPercap Float64"""
ANY_P = "(lower(species), lower(island), lower(sex))"
ANY_G = "(lower(country), lower(continent))"
ANALYST = (
    "list_tables",
    "describe_table",
    "query_table",
    "plot_table",
    "run_code",
    "explain_error",
    "ask_user_question",
)
LEAD = ("ask_user_question", "ask_analyst", "ask_planner")


def said(text: str, tables: str = LISTED) -> OfflineReply:
    """What the analyst does first; where it lists the tables, what it does then."""
    history: list[HistoryItem] = [UserText(text)]
    first = reply(history, ANALYST, "analyst")
    if first.calls != (("list_tables", {}),):
        return first
    listing = ToolAnswer("c", "list_tables", True, tables)
    history += [AssistantStep("", calls=(ToolCall("c", "list_tables", {}),)), ToolAnswers((listing,))]
    return reply(history, ANALYST, "analyst")


ENGLISH_QUERIES = [
    ("how many rows does penguins have?", "SELECT count(*) AS rows FROM penguins"),
    ("How many rows are there in penguins", "SELECT count(*) AS rows FROM penguins"),
    ("how many rows has @penguins got?", "SELECT count(*) AS rows FROM penguins"),
    ("how many penguins are there", "SELECT count(*) AS rows FROM penguins"),
    ("count the rows of penguins", "SELECT count(*) AS rows FROM penguins"),
    ("penguins row count", "SELECT count(*) AS rows FROM penguins"),
    ("how many rows in penguins where year = 2007", "SELECT count(*) AS rows FROM penguins WHERE year = 2007"),
    ("how many penguins per species", "SELECT species, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
    ("number of penguins by island", "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
    (
        "how many penguins are there per species and island?",
        "SELECT species, island, count(*) AS rows FROM penguins GROUP BY 1, 2 ORDER BY rows DESC",
    ),
    ("how many penguins are heavier than 5000 g", "SELECT count(*) AS rows FROM penguins WHERE body_mass_g > 5000"),
    (
        "how many penguins have a bill_length_mm over 50?",
        "SELECT count(*) AS rows FROM penguins WHERE bill_length_mm > 50",
    ),
    (
        "how many penguins have a bill length of at least 50",
        "SELECT count(*) AS rows FROM penguins WHERE bill_length_mm >= 50",
    ),
    ("how many Gentoo penguins are there?", f"SELECT count(*) AS rows FROM penguins WHERE 'gentoo' IN {ANY_P}"),
    (
        "how many female penguins live on Biscoe",
        f"SELECT count(*) AS rows FROM penguins WHERE 'biscoe' IN {ANY_P} AND 'female' IN {ANY_P}",
    ),
    ("how many penguins weigh more than 5 kg", "SELECT count(*) AS rows FROM penguins WHERE body_mass_g > 5000"),
    ("how many penguins have missing sex", "SELECT count(*) AS rows FROM penguins WHERE sex IS NULL"),
    (
        "average body mass by island",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins GROUP BY 1 ORDER BY mean_body_mass_g DESC",
    ),
    (
        "what is the average body mass of penguins on Biscoe?",
        f"SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE 'biscoe' IN {ANY_P}",
    ),
    (
        "what's the mean bill length for Gentoo in 2007 by sex",
        f"SELECT sex, avg(bill_length_mm) AS mean_bill_length_mm FROM penguins WHERE 'gentoo' IN {ANY_P} AND "
        f"year = 2007 GROUP BY 1 ORDER BY mean_bill_length_mm DESC",
    ),
    (
        "mean and median of body mass",
        "SELECT avg(body_mass_g) AS mean_body_mass_g, median(body_mass_g) AS median_body_mass_g FROM penguins",
    ),
    (
        "min and max of bill_length_mm per species",
        "SELECT species, min(bill_length_mm) AS min_bill_length_mm, max(bill_length_mm) AS "
        "max_bill_length_mm FROM penguins GROUP BY 1 ORDER BY min_bill_length_mm DESC",
    ),
    (
        "standard deviation of flipper length",
        "SELECT stddev_samp(flipper_length_mm) AS std_flipper_length_mm FROM penguins",
    ),
    (
        "total body mass per year",
        "SELECT year, sum(body_mass_g) AS sum_body_mass_g FROM penguins GROUP BY 1 ORDER BY 1",
    ),
    ("what is the maximum body mass?", "SELECT max(body_mass_g) AS max_body_mass_g FROM penguins"),
    ("what is the smallest bill depth", "SELECT min(bill_depth_mm) AS min_bill_depth_mm FROM penguins"),
    (
        "body_mass_g mean by species and sex",
        "SELECT species, sex, avg(body_mass_g) AS mean_body_mass_g FROM penguins GROUP BY 1, 2 ORDER BY "
        "mean_body_mass_g DESC",
    ),
    ("average of body_mass_g in 2007", "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE year = 2007"),
    (
        "median bill_length_mm for Adelie on Torgersen",
        f"SELECT median(bill_length_mm) AS median_bill_length_mm FROM penguins WHERE 'adelie' IN {ANY_P} AND "
        f"'torgersen' IN {ANY_P}",
    ),
    (
        "average body mass of female Gentoo penguins",
        f"SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE 'female' IN {ANY_P} AND 'gentoo' IN {ANY_P}",
    ),
    (
        "mean body mass for species Gentoo",
        "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE lower(species) = 'gentoo'",
    ),
    (
        "mean body mass where species is Gentoo or Adelie",
        "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE lower(species) IN ('gentoo', 'adelie')",
    ),
    (
        "mean body mass where island in (Biscoe, Dream) and year >= 2008",
        "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE lower(island) IN ('biscoe', "
        "'dream') AND year >= 2008",
    ),
    (
        "mean body mass where sex is not male",
        "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE lower(sex) <> 'male'",
    ),
    (
        "average `body_mass_g` where \"island\" is 'Dream'",
        "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE lower(island) = 'dream'",
    ),
    ("how heavy are penguins on average", "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins"),
    (
        "which island has the heaviest penguins?",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE island IS NOT NULL GROUP BY "
        "1 ORDER BY mean_body_mass_g DESC, 1 LIMIT 1",
    ),
    (
        "which species has the longest bills on average",
        "SELECT species, avg(bill_length_mm) AS mean_bill_length_mm FROM penguins WHERE species IS NOT NULL "
        "GROUP BY 1 ORDER BY mean_bill_length_mm DESC, 1 LIMIT 1",
    ),
    (
        "which species has the highest mean flipper length in 2008",
        "SELECT species, avg(flipper_length_mm) AS mean_flipper_length_mm FROM penguins WHERE year = 2008 "
        "AND species IS NOT NULL GROUP BY 1 ORDER BY mean_flipper_length_mm DESC, 1 LIMIT 1",
    ),
    (
        "which island has the most penguins",
        "SELECT island, count(*) AS rows FROM penguins WHERE island IS NOT NULL GROUP BY 1 ORDER BY rows DESC, 1 "
        "LIMIT 1",
    ),
    (
        "which species is the most common?",
        "SELECT species, count(*) AS rows FROM penguins WHERE species IS NOT NULL GROUP BY 1 ORDER BY rows DESC, "
        "1 LIMIT 1",
    ),
    (
        "which year had the highest mean body mass",
        "SELECT year, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE year IS NOT NULL GROUP BY 1 "
        "ORDER BY mean_body_mass_g DESC, 1 LIMIT 1",
    ),
    (
        "which penguin has the longest bill?",
        "SELECT * FROM penguins WHERE bill_length_mm IS NOT NULL ORDER BY bill_length_mm DESC LIMIT 1",
    ),
    (
        "what is the heaviest penguin",
        "SELECT * FROM penguins WHERE body_mass_g IS NOT NULL ORDER BY body_mass_g DESC LIMIT 1",
    ),
    (
        "top 3 islands by average body mass",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE island IS NOT NULL GROUP BY 1 "
        "ORDER BY mean_body_mass_g DESC, 1 LIMIT 3",
    ),
    (
        "the 3 heaviest penguins",
        "SELECT * FROM penguins WHERE body_mass_g IS NOT NULL ORDER BY body_mass_g DESC LIMIT 3",
    ),
    (
        "show the 5 rows with the highest body mass",
        "SELECT * FROM penguins WHERE body_mass_g IS NOT NULL ORDER BY body_mass_g DESC LIMIT 5",
    ),
    (
        "bottom 4 penguins by bill depth",
        "SELECT * FROM penguins WHERE bill_depth_mm IS NOT NULL ORDER BY bill_depth_mm ASC LIMIT 4",
    ),
    ("how many different species are there", "SELECT count(DISTINCT species) AS distinct_species FROM penguins"),
    ("how many species are there?", "SELECT count(DISTINCT species) AS distinct_species FROM penguins"),
    ("distinct values of island", "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC, 1"),
    (
        "what islands are there in penguins",
        "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC, 1",
    ),
    (
        "how often does each species occur",
        "SELECT species, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC, 1",
    ),
    ("value counts of sex", "SELECT sex, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC, 1"),
    (
        "correlation between body mass and flipper length",
        "SELECT corr(body_mass_g, flipper_length_mm) AS correlation FROM penguins",
    ),
    (
        "how is body mass related to bill length",
        "SELECT corr(body_mass_g, bill_length_mm) AS correlation FROM penguins",
    ),
    (
        "correlation of bill_length_mm and bill_depth_mm by species",
        "SELECT species, corr(bill_length_mm, bill_depth_mm) AS correlation FROM penguins GROUP BY 1 ORDER "
        "BY correlation DESC",
    ),
    ("how many missing values does sex have", "SELECT count(*) - count(sex) AS sex FROM penguins"),
    (
        "missing values in body_mass_g and sex",
        "SELECT count(*) - count(body_mass_g) AS body_mass_g, count(*) - count(sex) AS sex FROM penguins",
    ),
    ("penguins per island", "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
    (
        "how many penguins between 2008 and 2009",
        "SELECT count(*) AS rows FROM penguins WHERE year BETWEEN 2008 AND 2009",
    ),
    (
        "@penguins: how many rows where species starts with A",
        "SELECT count(*) AS rows FROM penguins WHERE starts_with(lower(species), 'a')",
    ),
    (
        "average bill length of Gentoo penguins per year",
        f"SELECT year, avg(bill_length_mm) AS mean_bill_length_mm FROM penguins WHERE 'gentoo' IN {ANY_P} "
        f"GROUP BY 1 ORDER BY 1",
    ),
    (
        "top 5 countries by population",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE country IS NOT NULL GROUP BY 1 ORDER BY "
        "max_pop DESC, 1 LIMIT 5",
    ),
    (
        "top 5 countries by population in 2007",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE year = 2007 AND country IS NOT NULL GROUP BY 1 "
        "ORDER BY max_pop DESC, 1 LIMIT 5",
    ),
    (
        "5 largest countries by gdp per capita",
        "SELECT country, max(gdpPercap) AS max_gdpPercap FROM gapminder WHERE country IS NOT NULL GROUP BY 1 "
        "ORDER BY max_gdpPercap DESC, 1 LIMIT 5",
    ),
    (
        "bottom 3 countries by life expectancy",
        "SELECT country, min(lifeExp) AS min_lifeExp FROM gapminder WHERE country IS NOT NULL GROUP BY 1 ORDER "
        "BY min_lifeExp ASC, 1 LIMIT 3",
    ),
    (
        "which country has the highest life expectancy in 2007?",
        "SELECT country, max(lifeExp) AS max_lifeExp FROM gapminder WHERE year = 2007 AND country IS NOT "
        "NULL GROUP BY 1 ORDER BY max_lifeExp DESC, 1 LIMIT 1",
    ),
    (
        "which continent has the highest average gdp per capita in 2007",
        "SELECT continent, avg(gdpPercap) AS mean_gdpPercap FROM gapminder WHERE year = 2007 AND continent "
        "IS NOT NULL GROUP BY 1 ORDER BY mean_gdpPercap DESC, 1 LIMIT 1",
    ),
    (
        "which country had the largest population",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE country IS NOT NULL GROUP BY 1 ORDER BY "
        "max_pop DESC, 1 LIMIT 1",
    ),
    (
        "total pop by continent in 2007",
        "SELECT continent, sum(pop) AS sum_pop FROM gapminder WHERE year = 2007 GROUP BY 1 ORDER BY sum_pop DESC",
    ),
    (
        "median life expectancy by continent",
        "SELECT continent, median(lifeExp) AS median_lifeExp FROM gapminder GROUP BY 1 ORDER BY median_lifeExp DESC",
    ),
    ("average life expectancy since 2000", "SELECT avg(lifeExp) AS mean_lifeExp FROM gapminder WHERE year >= 2000"),
    (
        "average life expectancy between 1990 and 2007 by continent",
        "SELECT continent, avg(lifeExp) AS mean_lifeExp FROM gapminder WHERE year BETWEEN 1990 AND 2007 "
        "GROUP BY 1 ORDER BY mean_lifeExp DESC",
    ),
    (
        "sum of pop in Asia in 2007",
        f"SELECT sum(pop) AS sum_pop FROM gapminder WHERE 'asia' IN {ANY_G} AND year = 2007",
    ),
    (
        "how many countries in Africa",
        f"SELECT count(DISTINCT country) AS distinct_country FROM gapminder WHERE 'africa' IN {ANY_G}",
    ),
    ("number of distinct countries", "SELECT count(DISTINCT country) AS distinct_country FROM gapminder"),
    (
        "what are the different continents",
        "SELECT continent, count(*) AS rows FROM gapminder GROUP BY 1 ORDER BY rows DESC, 1",
    ),
    ("average gdpPercap before 1960", "SELECT avg(gdpPercap) AS mean_gdpPercap FROM gapminder WHERE year < 1960"),
    ("mean lifeExp by year", "SELECT year, avg(lifeExp) AS mean_lifeExp FROM gapminder GROUP BY 1 ORDER BY 1"),
    (
        "What is the average body mass of the penguins, in grams?",
        "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins",
    ),
    (
        "median flipper length of the female Gentoo penguins, in mm",
        f"SELECT median(flipper_length_mm) AS median_flipper_length_mm FROM penguins WHERE 'female' IN {ANY_P} AND "
        f"'gentoo' IN {ANY_P}",
    ),
    (
        "average body mass of female gentoo penguins",
        f"SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE ('female gentoo' IN {ANY_P} OR "
        f"('female' IN {ANY_P} AND 'gentoo' IN {ANY_P}))",
    ),
    (
        "average pop of countries starting with C",
        "SELECT avg(pop) AS mean_pop FROM gapminder WHERE starts_with(lower(country), 'c')",
    ),
    (
        "In 2007, which continent had the highest average life expectancy?",
        "SELECT continent, avg(lifeExp) AS mean_lifeExp FROM gapminder WHERE year = 2007 AND continent IS NOT NULL "
        "GROUP BY 1 ORDER BY mean_lifeExp DESC, 1 LIMIT 1",
    ),
    (
        "In 2007, average life expectancy by continent",
        "SELECT continent, avg(lifeExp) AS mean_lifeExp FROM gapminder WHERE year = 2007 GROUP BY 1 "
        "ORDER BY mean_lifeExp DESC",
    ),
    (
        "Which three countries had the most people in 2007? The largest first.",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE year = 2007 AND country IS NOT NULL GROUP BY 1 "
        "ORDER BY max_pop DESC, 1 LIMIT 3",
    ),
    (
        "how many people lived in Asia in 2007",
        f"SELECT sum(pop) AS sum_pop FROM gapminder WHERE 'asia' IN {ANY_G} AND year = 2007",
    ),
    (
        "which country has the most gdp per capita in 2007",
        "SELECT country, max(gdpPercap) AS max_gdpPercap FROM gapminder WHERE year = 2007 AND country IS NOT NULL "
        "GROUP BY 1 ORDER BY max_gdpPercap DESC, 1 LIMIT 1",
    ),
    (
        "On which island are the penguins heaviest on average?",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE island IS NOT NULL GROUP BY 1 "
        "ORDER BY mean_body_mass_g DESC, 1 LIMIT 1",
    ),
    (
        "In which year was the population of China highest?",
        f"SELECT year, max(pop) AS max_pop FROM gapminder WHERE 'china' IN {ANY_G} AND year IS NOT NULL GROUP BY 1 "
        "ORDER BY max_pop DESC, 1 LIMIT 1",
    ),
    ("For how many penguins is the sex not known?", "SELECT count(*) AS rows FROM penguins WHERE sex IS NULL"),
    (
        "which species occurs most often, and how many times?",
        "SELECT species, count(*) AS rows FROM penguins WHERE species IS NOT NULL GROUP BY 1 ORDER BY rows DESC, "
        "1 LIMIT 1",
    ),
    (
        "what is the heaviest penguin per island",
        "SELECT island, max(body_mass_g) AS max_body_mass_g FROM penguins GROUP BY 1 ORDER BY max_body_mass_g DESC",
    ),
    (
        "what is the lowest average life expectancy by continent",
        "SELECT continent, avg(lifeExp) AS mean_lifeExp FROM gapminder WHERE continent IS NOT NULL GROUP BY 1 ORDER BY "
        "mean_lifeExp ASC, 1 LIMIT 1",
    ),
    (
        "What percentage of the penguins are female?",
        f"SELECT 100 * avg(CASE WHEN 'female' IN {ANY_P} THEN 1 ELSE 0 END) AS percent FROM penguins",
    ),
    (
        "what share of penguins on Biscoe weighs more than 5 kg",
        f"SELECT 100 * avg(CASE WHEN body_mass_g > 5000 THEN 1 ELSE 0 END) AS percent FROM penguins WHERE "
        f"'biscoe' IN {ANY_P}",
    ),
    (
        "what percentage of penguins is female for each island",
        f"SELECT island, 100 * avg(CASE WHEN 'female' IN {ANY_P} THEN 1 ELSE 0 END) AS percent FROM penguins "
        "GROUP BY 1 ORDER BY percent DESC",
    ),
    (
        "distinct values of species and island",
        "SELECT species, island, count(*) AS rows FROM penguins GROUP BY 1, 2 ORDER BY rows DESC",
    ),
    ("Pearson correlation of lifeExp and gdpPercap", "SELECT corr(lifeExp, gdpPercap) AS correlation FROM gapminder"),
    ("sample standard deviation of lifeExp", "SELECT stddev_samp(lifeExp) AS std_lifeExp FROM gapminder"),
]
ENGLISH_ROWS = [
    ("first 5 rows of penguins", "SELECT * FROM penguins LIMIT 5"),
    (
        "show me the last 4 rows of penguins",
        "SELECT * FROM penguins OFFSET (SELECT greatest(count(*) - 4, 0) FROM penguins)",
    ),
    (
        "show penguins where sex is female and island is Dream",
        "SELECT * FROM penguins WHERE lower(sex) = 'female' AND lower(island) = 'dream'",
    ),
    ("show penguins with bill_length_mm over 50", "SELECT * FROM penguins WHERE bill_length_mm > 50"),
    (
        "penguins where body_mass_g between 3000 and 3500",
        "SELECT * FROM penguins WHERE body_mass_g BETWEEN 3000 AND 3500",
    ),
    (
        "penguins with body mass between 3,000 and 3,500",
        "SELECT * FROM penguins WHERE body_mass_g BETWEEN 3000 AND 3500",
    ),
    ("which penguins are heavier than 6000?", "SELECT * FROM penguins WHERE body_mass_g > 6000"),
    ("show 3 random rows of penguins", "SELECT * FROM penguins USING SAMPLE 3 ROWS"),
    ("penguins.head(7)", "SELECT * FROM penguins LIMIT 7"),
    ("show species and island of penguins", "SELECT species, island FROM penguins"),
    ("penguins sorted by body mass descending", "SELECT * FROM penguins ORDER BY body_mass_g DESC"),
    ("penguins after 2007", "SELECT * FROM penguins WHERE year > 2007"),
    ("rows of penguins where island contains e", "SELECT * FROM penguins WHERE contains(lower(island), 'e')"),
    (
        "list the countries in Europe in 2007",
        f"SELECT country FROM gapminder WHERE 'europe' IN {ANY_G} AND year = 2007",
    ),
    ("life expectancy over 80", "SELECT * FROM gapminder WHERE lifeExp > 80"),
    (
        "what was the population of China in 2007?",
        f"SELECT pop FROM gapminder WHERE 'china' IN {ANY_G} AND year = 2007",
    ),
    ("list the names of the countries in Europe", f"SELECT country FROM gapminder WHERE 'europe' IN {ANY_G}"),
]
CHINESE_QUERIES = [
    ("penguins 有多少行？", "SELECT count(*) AS rows FROM penguins"),
    ("penguins 表一共有几行", "SELECT count(*) AS rows FROM penguins"),
    ("有多少只企鹅", "SELECT count(*) AS rows FROM penguins"),
    ("每个 species 有多少只企鹅", "SELECT species, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
    ("各岛有多少企鹅", "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
    ("penguins 的行数是多少", "SELECT count(*) AS rows FROM penguins"),
    ("请给出每个物种的数量", "SELECT species, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
    (
        "按 island 的平均 body_mass_g",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins GROUP BY 1 ORDER BY mean_body_mass_g DESC",
    ),
    (
        "按 island 统计平均 body_mass_g",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins GROUP BY 1 ORDER BY mean_body_mass_g DESC",
    ),
    (
        "每个岛的平均体重",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins GROUP BY 1 ORDER BY mean_body_mass_g DESC",
    ),
    (
        "按 species 和 sex 分组的 body_mass_g 中位数",
        "SELECT species, sex, median(body_mass_g) AS median_body_mass_g FROM penguins GROUP BY 1, 2 ORDER BY "
        "median_body_mass_g DESC",
    ),
    ("body_mass_g 的平均值是多少？", "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins"),
    ("平均 body_mass_g 是多少", "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins"),
    ("2007 年的平均 body_mass_g", "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE year = 2007"),
    ("Gentoo 企鹅的平均体重", f"SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE 'gentoo' IN {ANY_P}"),
    (
        "body_mass_g 最大的 5 行",
        "SELECT * FROM penguins WHERE body_mass_g IS NOT NULL ORDER BY body_mass_g DESC LIMIT 5",
    ),
    ("体重最大的3只企鹅", "SELECT * FROM penguins WHERE body_mass_g IS NOT NULL ORDER BY body_mass_g DESC LIMIT 3"),
    ("最重的企鹅", "SELECT * FROM penguins WHERE body_mass_g IS NOT NULL ORDER BY body_mass_g DESC LIMIT 1"),
    (
        "哪个 island 的平均 body_mass_g 最大？",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE island IS NOT NULL GROUP BY 1 "
        "ORDER BY mean_body_mass_g DESC, 1 LIMIT 1",
    ),
    (
        "哪个岛的企鹅最重",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE island IS NOT NULL GROUP BY 1 "
        "ORDER BY mean_body_mass_g DESC, 1 LIMIT 1",
    ),
    (
        "哪个 species 最多",
        "SELECT species, count(*) AS rows FROM penguins WHERE species IS NOT NULL GROUP BY 1 ORDER BY rows DESC, "
        "1 LIMIT 1",
    ),
    ("有多少种不同的 species", "SELECT count(DISTINCT species) AS distinct_species FROM penguins"),
    ("有几个岛", "SELECT count(DISTINCT island) AS distinct_island FROM penguins"),
    ("island 有哪些取值", "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC, 1"),
    ("species 的不同值", "SELECT species, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC, 1"),
    (
        "body_mass_g 和 flipper_length_mm 的相关性",
        "SELECT corr(body_mass_g, flipper_length_mm) AS correlation FROM penguins",
    ),
    ("sex 有多少缺失值", "SELECT count(*) - count(sex) AS sex FROM penguins"),
    ("body_mass_g 大于 5000 的企鹅有多少", "SELECT count(*) AS rows FROM penguins WHERE body_mass_g > 5000"),
    (
        "species 为 Gentoo 的平均 body_mass_g",
        "SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE lower(species) = 'gentoo'",
    ),
    (
        "bill_length_mm 在 40 到 50 之间的行有多少",
        "SELECT count(*) AS rows FROM penguins WHERE bill_length_mm BETWEEN 40 AND 50",
    ),
    ("最大的 body_mass_g 是多少", "SELECT max(body_mass_g) AS max_body_mass_g FROM penguins"),
    (
        "body_mass_g 的最大值和最小值",
        "SELECT max(body_mass_g) AS max_body_mass_g, min(body_mass_g) AS min_body_mass_g FROM penguins",
    ),
    ("女性企鹅有多少", f"SELECT count(*) AS rows FROM penguins WHERE ('女性' IN {ANY_P} OR 'female' IN {ANY_P})"),
    ("2008 年以后的企鹅有多少只", "SELECT count(*) AS rows FROM penguins WHERE year > 2008"),
    (
        "平均体重最大的岛是哪个",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE island IS NOT NULL GROUP BY 1 "
        "ORDER BY mean_body_mass_g DESC, 1 LIMIT 1",
    ),
    (
        "最常见的物种",
        "SELECT species, count(*) AS rows FROM penguins WHERE species IS NOT NULL GROUP BY 1 ORDER BY rows DESC, "
        "1 LIMIT 1",
    ),
    ("sex 为空的行有多少", "SELECT count(*) AS rows FROM penguins WHERE sex IS NULL"),
    (
        "人口最多的 5 个国家",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE country IS NOT NULL GROUP BY 1 ORDER BY "
        "max_pop DESC, 1 LIMIT 5",
    ),
    (
        "2007 年人口最多的 5 个国家",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE year = 2007 AND country IS NOT NULL GROUP BY 1 "
        "ORDER BY max_pop DESC, 1 LIMIT 5",
    ),
    (
        "哪个国家人口最多",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE country IS NOT NULL GROUP BY 1 ORDER BY "
        "max_pop DESC, 1 LIMIT 1",
    ),
    (
        "哪个国家的预期寿命最高？",
        "SELECT country, max(lifeExp) AS max_lifeExp FROM gapminder WHERE country IS NOT NULL GROUP BY 1 ORDER "
        "BY max_lifeExp DESC, 1 LIMIT 1",
    ),
    (
        "1990年到2007年亚洲的平均寿命",
        f"SELECT avg(lifeExp) AS mean_lifeExp FROM gapminder WHERE ('亚洲' IN {ANY_G} OR 'asia' IN {ANY_G}) AND "
        f"year BETWEEN 1990 AND 2007",
    ),
    (
        "2000 年以来各洲的平均寿命",
        "SELECT continent, avg(lifeExp) AS mean_lifeExp FROM gapminder WHERE year >= 2000 GROUP BY 1 ORDER BY "
        "mean_lifeExp DESC",
    ),
    ("总人口是多少", "SELECT sum(pop) AS sum_pop FROM gapminder"),
    ("按大洲的总人口", "SELECT continent, sum(pop) AS sum_pop FROM gapminder GROUP BY 1 ORDER BY sum_pop DESC"),
    (
        "2007 年，哪个国家人口最多？",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE year = 2007 AND country IS NOT NULL GROUP BY 1 "
        "ORDER BY max_pop DESC, 1 LIMIT 1",
    ),
    (
        "哪三个国家的人口最多",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE country IS NOT NULL GROUP BY 1 ORDER BY "
        "max_pop DESC, 1 LIMIT 3",
    ),
    (
        "平均体重最大的两个物种是什么？",
        "SELECT species, avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE species IS NOT NULL GROUP BY 1 "
        "ORDER BY mean_body_mass_g DESC, 1 LIMIT 2",
    ),
    (
        "2007 年亚洲一共有多少人口？",
        f"SELECT sum(pop) AS sum_pop FROM gapminder WHERE ('亚洲' IN {ANY_G} OR 'asia' IN {ANY_G}) AND year = 2007",
    ),
    (
        "雌性企鹅的平均体重是多少克？",
        f"SELECT avg(body_mass_g) AS mean_body_mass_g FROM penguins WHERE ('雌性' IN {ANY_P} OR 'female' IN {ANY_P})",
    ),
    (
        "雌性企鹅体重大于 4000 的有多少",
        "SELECT count(*) AS rows FROM penguins WHERE body_mass_g > 4000 AND "
        f"('雌性' IN {ANY_P} OR 'female' IN {ANY_P})",
    ),
    ("体重不是空的企鹅有多少", "SELECT count(*) AS rows FROM penguins WHERE body_mass_g IS NOT NULL"),
    ("性别未知的企鹅有多少只", "SELECT count(*) AS rows FROM penguins WHERE sex IS NULL"),
    ("species 含有 too 的企鹅有多少", "SELECT count(*) AS rows FROM penguins WHERE contains(lower(species), 'too')"),
    (
        "每个岛最重的企鹅",
        "SELECT island, max(body_mass_g) AS max_body_mass_g FROM penguins GROUP BY 1 ORDER BY max_body_mass_g DESC",
    ),
    (
        "在性别已知的企鹅中，雌性占百分之多少？",
        f"SELECT 100 * avg(CASE WHEN ('雌性' IN {ANY_P} OR 'female' IN {ANY_P}) THEN 1 ELSE 0 END) AS percent "
        "FROM penguins WHERE sex IS NOT NULL",
    ),
    (
        "体重大于 5000 克的企鹅占百分之几",
        "SELECT 100 * avg(CASE WHEN body_mass_g > 5000 THEN 1 ELSE 0 END) AS percent FROM penguins",
    ),
    ("体重和鳍长的皮尔逊相关系数", "SELECT corr(body_mass_g, flipper_length_mm) AS correlation FROM penguins"),
]
CHINESE_ROWS = [
    ("penguins 的前 5 行", "SELECT * FROM penguins LIMIT 5"),
    ("显示最后 5 行企鹅", "SELECT * FROM penguins OFFSET (SELECT greatest(count(*) - 5, 0) FROM penguins)"),
    ("随机显示 5 行 penguins", "SELECT * FROM penguins USING SAMPLE 5 ROWS"),
    ("体重超过5000克的企鹅", "SELECT * FROM penguins WHERE body_mass_g > 5000"),
    (
        "显示 species 为 Gentoo 且 body_mass_g 大于 6000 的行",
        "SELECT * FROM penguins WHERE body_mass_g > 6000 AND lower(species) = 'gentoo'",
    ),
    ("penguins 按 body_mass_g 降序排序", "SELECT * FROM penguins ORDER BY body_mass_g DESC"),
    (
        "中国 2007 年的人口是多少？",
        f"SELECT pop FROM gapminder WHERE year = 2007 AND ('中国' IN {ANY_G} OR 'china' IN {ANY_G})",
    ),
]


@pytest.mark.parametrize(("text", "sql"), ENGLISH_QUERIES + CHINESE_QUERIES)
def test_a_question_to_a_table_is_sql(text: str, sql: str) -> None:
    assert said(text).calls == (("query_table", {"sql": sql}),)


@pytest.mark.parametrize(("text", "sql"), ENGLISH_ROWS + CHINESE_ROWS)
def test_rows_are_for_the_user_and_need_no_consent(text: str, sql: str) -> None:
    assert said(text).calls == (("query_table", {"sql": sql, "show_only": True}),)


DIRECT: list[tuple[str, str, dict[str, Any]]] = [
    ("run SELECT island FROM penguins", "query_table", {"sql": "SELECT island FROM penguins"}),
    (
        "sql: select a, b from t where c = 'x; y' and d",
        "query_table",
        {"sql": "select a, b from t where c = 'x; y' and d"},
    ),
    ("SELECT count(*) FROM penguins", "query_table", {"sql": "SELECT count(*) FROM penguins"}),
    ("please run the following query: SELECT 1", "query_table", {"sql": "SELECT 1"}),
    ("```sql\nSELECT a\nFROM t\nWHERE b > 1\n```", "query_table", {"sql": "SELECT a\nFROM t\nWHERE b > 1"}),
    ("执行 SQL：select 1", "query_table", {"sql": "select 1"}),
    ("运行 SELECT * FROM penguins", "query_table", {"sql": "SELECT * FROM penguins"}),
    ("run: df.head()", "run_code", {"code": "df.head()"}),
    ("run: x = 1; y = 2, 3", "run_code", {"code": "x = 1; y = 2, 3"}),
    ("run the code `x = 1`", "run_code", {"code": "x = 1"}),
    ("run this code:\n```python\nx = 1\nprint(x)\n```", "run_code", {"code": "x = 1\nprint(x)"}),
    ("运行：df.describe()", "run_code", {"code": "df.describe()"}),
    ("执行代码 `len(df)`", "run_code", {"code": "len(df)"}),
    ("explain the last error", "explain_error", {}),
    ("Explain the last error in my notebook and show how to fix it.", "explain_error", {}),
    ("what went wrong?", "explain_error", {}),
    ("why did my cell fail", "explain_error", {}),
    ("解释一下最后的错误", "explain_error", {}),
    ("解释笔记本里最后的错误，并说明怎么修复。", "explain_error", {}),
    ("解释笔记本里最后的错误，并说明怎么修复。用 polars 的写法", "explain_error", {}),
    ("为什么报错了？", "explain_error", {}),
    ("which tables are there?", "list_tables", {}),
    ("list my tables", "list_tables", {}),
    ("what data do I have", "list_tables", {}),
    ("有哪些表？", "list_tables", {}),
    ("列出所有表格", "list_tables", {}),
]
DESCRIBED: list[tuple[str, dict[str, Any]]] = [
    ("describe penguins", {"name": "penguins"}),
    ("describe @penguins", {"name": "penguins"}),
    ("@penguins", {"name": "penguins"}),
    ("summarize gapminder", {"name": "gapminder"}),
    ("give me an overview of penguins", {"name": "penguins"}),
    ("what is in gapminder?", {"name": "gapminder"}),
    ("penguins.describe()", {"name": "penguins"}),
    ("describe the column body mass", {"name": "penguins", "columns": ["body_mass_g"]}),
    ("statistics of life expectancy", {"name": "gapminder", "columns": ["lifeExp"]}),
    ("描述 penguins", {"name": "penguins"}),
    ("描述一下 body_mass_g", {"name": "penguins", "columns": ["body_mass_g"]}),
    ("gapminder 的统计信息", {"name": "gapminder"}),
]
CHARTS = [  # sentence, table, mark, horizontal field, vertical field
    ("histogram of body mass", "penguins", "bar", "body_mass_g", None),
    ("plot the distribution of flipper length", "penguins", "bar", "flipper_length_mm", None),
    ("scatter plot of bill length vs bill depth", "penguins", "point", "bill_depth_mm", "bill_length_mm"),
    ("plot bill_length_mm against body_mass_g", "penguins", "point", "body_mass_g", "bill_length_mm"),
    ("make a box plot of body mass by species", "penguins", "boxplot", "species", "body_mass_g"),
    ("画 body_mass_g 的直方图", "penguins", "bar", "body_mass_g", None),
    ("bill_length_mm 和 bill_depth_mm 的散点图", "penguins", "point", "bill_depth_mm", "bill_length_mm"),
    ("画一下体重和鳍长的关系", "penguins", "point", "flipper_length_mm", "body_mass_g"),
]
CHART_QUERIES = [
    (
        "plot body mass by island",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins GROUP BY 1 ORDER BY mean_body_mass_g DESC",
    ),
    ("bar chart of species", "SELECT species, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
    (
        "plot the number of penguins per island",
        "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC",
    ),
    (
        "line chart of life expectancy over time",
        "SELECT year, avg(lifeExp) AS mean_lifeExp FROM gapminder GROUP BY 1 ORDER BY 1",
    ),
    (
        "plot the top 5 countries by population",
        "SELECT country, max(pop) AS max_pop FROM gapminder WHERE country IS NOT NULL GROUP BY 1 "
        "ORDER BY max_pop DESC, 1 LIMIT 5",
    ),
    ("histogram of body mass in 2007", "SELECT body_mass_g FROM penguins WHERE year = 2007"),
    (
        "画出各岛的平均体重柱状图",
        "SELECT island, avg(body_mass_g) AS mean_body_mass_g FROM penguins GROUP BY 1 ORDER BY mean_body_mass_g DESC",
    ),
    ("把 island 画成饼图", "SELECT island, count(*) AS rows FROM penguins GROUP BY 1 ORDER BY rows DESC"),
]


@pytest.mark.parametrize(("text", "tool", "arguments"), DIRECT)
def test_what_needs_no_names_is_called_at_once(text: str, tool: str, arguments: dict[str, Any]) -> None:
    assert reply([UserText(text)], ANALYST, "analyst").calls == ((tool, arguments),)


@pytest.mark.parametrize(("text", "arguments"), DESCRIBED)
def test_a_wish_to_know_a_table_describes_it(text: str, arguments: dict[str, Any]) -> None:
    assert said(text).calls == (("describe_table", arguments),)


@pytest.mark.parametrize(("text", "table", "mark", "x", "y"), CHARTS)
def test_rows_as_they_are_can_be_drawn(text: str, table: str, mark: str, x: str, y: str | None) -> None:
    ((tool, arguments),) = said(text).calls
    encoding = arguments["spec"]["encoding"]
    assert (tool, arguments["table"], arguments["spec"]["mark"]["type"]) == ("plot_table", table, mark)
    assert (encoding["x"]["field"], encoding["y"].get("field")) == (x, y)


@pytest.mark.parametrize(("text", "sql"), CHART_QUERIES)
def test_what_is_drawn_is_computed_before(text: str, sql: str) -> None:
    assert said(text).calls == (("query_table", {"sql": sql, "show_only": True}),)


@pytest.mark.parametrize(
    "text",
    [
        entry[0]
        for entry in (*ENGLISH_QUERIES, *CHINESE_QUERIES, *ENGLISH_ROWS, *CHINESE_ROWS, *DIRECT, *DESCRIBED, *CHARTS)
    ],
)
def test_every_call_is_one_that_the_tool_takes(text: str) -> None:
    models = {
        "query_table": QueryTableArguments,
        "describe_table": DescribeTableArguments,
        "plot_table": PlotTableArguments,
        "run_code": RunCodeArguments,
    }
    for tool, arguments in said(text).calls:
        if tool in models:
            models[tool].model_validate(arguments)


# --- the lead -----------------------------------------------------------------------------------------

FOR_THE_ANALYST = [
    text
    for text, *_ in (*ENGLISH_QUERIES, *CHINESE_QUERIES, *DIRECT, *DESCRIBED, *CHARTS, *CHART_QUERIES)
    if text != "penguins per island"  # says too little by itself
]


@pytest.mark.parametrize("text", FOR_THE_ANALYST)
def test_the_lead_hands_every_such_sentence_to_the_analyst(text: str) -> None:
    ((tool, arguments),) = reply([UserText(text)], LEAD, "copilot").calls
    assert tool == "ask_analyst"
    assert said(arguments["task"]).calls == said(text).calls


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "thanks!",
        "what is the capital of France?",
        "what is my name?",
        "what did I just ask?",
        "summarise our conversation",
        "show me markdown",
        "show me a joke",
        "count to 100",
        "describe yourself",
        "tell me about yourself",
        "what is your favourite colour?",
        "what can you do?",
        "draw a conclusion",
        "select a name from the list",
        "run tests",
        "write me a poem",
        "you are the best",
        "what commands are there?",
        "你好",
        "你是谁？",
        "总结一下我们的对话",
        "介绍一下你自己",
        "今天天气怎么样？",
        "讲个笑话",
    ],
)
def test_other_sentences_are_not_taken_for_ones_about_tables(text: str) -> None:
    assert reply([UserText(text)], LEAD, "copilot").calls == ()


@pytest.mark.parametrize("text", ["which island has the heaviest penguins?", "哪个岛的企鹅最重？", "describe penguins"])
def test_an_agent_with_neither_table_tools_nor_an_analyst_calls_nothing(text: str) -> None:
    assert reply([UserText(text)], ("todo_manager", "ask_user_question"), "planner").calls == ()
