"""The other engines' half of the comparison (cargo xtask bench): the same five questions on the same file.

usage: peers.py ENGINE FOLDER OUT    ENGINE is duckdb, polars or pm4py; FOLDER holds log.csv and touchpoints.csv

Each engine gets its events sorted by customer and time, with the touchpoint of each event and its number within the
customer's journey in columns of their own, before the clock runs. Times are medians of warm runs, in milliseconds.
"""
import json, os, resource, sys, time

ANCHOR, STEPS, WEEK = 40, [2, 5, 9, 14], 7 * 86400
RUNS = 5


def timed(answer, runs=RUNS):
    last = answer()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        last = answer()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[len(times) // 2], last


def loaded(load, prepare=lambda: None, runs=3):
    """Loads anew several times, one at a time in memory; the median in seconds, and what the last one gave."""
    times = []
    for _ in range(runs):
        last = None
        prepare()
        began = time.perf_counter()
        last = load()
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2], last


def best(variants):
    """The fastest of several ways to ask the same; all must give the same answer."""
    found = [timed(one) for one in variants]
    answers = [json.dumps(answer, sort_keys=True) for _, answer in found]
    assert len(set(answers)) == 1, "the ways to ask differ"
    return min(found, key=lambda one: one[0])


def polars(folder):
    import polars as pl

    def read_csv():
        log = pl.read_csv(f"{folder}/log.csv", schema_overrides={"time": pl.String})
        return log.with_columns(pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%SZ")).sort("customer", "time")

    parquet = loaded(lambda: pl.read_parquet(f"{folder}/log.parquet").sort("customer", "time"))[0]
    load, log = loaded(read_csv)
    nodes = pl.read_csv(f"{folder}/touchpoints.csv").with_columns(pl.col("node").cast(pl.UInt16))
    s = log.join(nodes, on="activity", how="left", maintain_order="left").select(
        c=pl.col("customer").rle_id(), t=pl.col("time").dt.epoch("s"), n="node"
    )
    del log
    s = s.with_columns(i=pl.int_range(pl.len(), dtype=pl.UInt32), step=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("c"))
    s = s.with_columns(back=pl.len().over("c").cast(pl.UInt32) - pl.col("step")).rechunk()
    s = s.with_columns(pl.col("c").set_sorted(), pl.col("i").set_sorted())

    def transitions():
        pairs = s.select(a="n", b=pl.col("n").shift(-1), same=pl.col("c") == pl.col("c").shift(-1)).filter("same")
        rows = pairs.group_by("a", "b").len()
        return {f"{a}|{b}": n for a, b, n in rows.iter_rows()}

    def kept(part):
        counts = part.group_by("k", "n").len().sort("k", "len", "n", descending=[False, True, False])
        return counts.group_by("k", maintain_order=True).head(12).select("k", "n", place=pl.col("n").cast(pl.Int32))

    def linked(part, last):
        # part: c, k (step), n, in order; over: whether the journey ends there
        part = part.join(kept(part), on=["k", "n"], how="left", maintain_order="left").with_columns(pl.col("place").fill_null(-1))
        pairs = part.select("k", a="place", b=pl.col("place").shift(-1), same=pl.col("c") == pl.col("c").shift(-1))
        flows = pairs.filter("same").group_by("k", "a", "b").len()
        ends = part.filter(pl.col("over") & (pl.col("k") < last)).group_by("k", "place").len()
        return flows, ends

    name = lambda place: "other" if place == -1 else str(place)

    def sankey():
        part = s.filter(pl.col("step") <= 8).select("c", "n", k=pl.col("step").cast(pl.Int32), over=pl.col("back") == 0)
        flows, ends = linked(part, 8)
        found = {f"{k}|{name(a)}|{name(b)}": n for k, a, b, n in flows.iter_rows()}
        found.update({f"{k}|{name(a)}|end": n for k, a, n in ends.iter_rows()})
        return found

    def backward():
        anchors = s.filter(pl.col("n") == ANCHOR).group_by("c", maintain_order=True).first().select("c", at="step")
        part = s.join(anchors, on="c", how="inner", maintain_order="left").with_columns(k=pl.col("step").cast(pl.Int32) - pl.col("at").cast(pl.Int32))
        part = part.filter((pl.col("k") <= 0) & (pl.col("k") >= -6)).select("c", "n", "k", "step", over=pl.lit(False))
        flows, _ = linked(part, 0)
        placed = part.filter((pl.col("step") == 1) & (pl.col("k") > -6)).join(kept(part), on=["k", "n"], how="left").with_columns(pl.col("place").fill_null(-1))
        starts = placed.group_by("k", "place").len()
        found = {f"{k}|{name(a)}|{name(b)}": n for k, a, b, n in flows.iter_rows()}
        found.update({f"{k - 1}|start|{name(b)}": n for k, b, n in starts.iter_rows()})
        return found

    def funnel():
        chain = s.filter(pl.col("n") == STEPS[0]).select("c", "i", start="t")
        reached = [chain.select(pl.col("c").n_unique()).item()]
        for step in STEPS[1:]:
            nexts = s.filter(pl.col("n") == step).select("c", "i", "t", j="i")
            chain = chain.sort("i").join_asof(nexts, on="i", by="c", strategy="forward", allow_exact_matches=False, check_sortedness=False)
            chain = chain.filter(pl.col("j").is_not_null() & (pl.col("t") - pl.col("start") <= WEEK)).select("c", "start", i="j")
            reached.append(chain.select(pl.col("c").n_unique()).item())
        return reached

    def followed():
        contact = pl.col("n") % 20 == 3
        later = pl.when(contact).then("t").shift(-1).backward_fill().over("c")
        rows = s.select("n", hit=(later - pl.col("t")) <= WEEK).group_by("n").agg(pl.len(), pl.col("hit").sum())
        return {str(n): [all, hit] for n, all, hit in rows.iter_rows()}

    asked = {"transitions": transitions, "sankey": sankey, "backward": backward, "funnel": funnel, "followed": followed}
    return pl.__version__, s.height, (load, parquet), {name: timed(one) for name, one in asked.items()}


def duckdb(folder):
    import duckdb as engine

    path = f"{folder}/duck.db"
    csv = f"read_csv('{folder}/log.csv', types={{'time': 'TIMESTAMP'}})"

    open_now = []

    def prepare():
        while open_now:
            open_now.pop().close()
        for old in (path, path + ".wal"):
            if os.path.exists(old):
                os.remove(old)
        open_now.append(engine.connect(path))

    def keep(rows):
        con = open_now[0]
        con.execute(f"create table log as select customer, time, activity, channel from {rows} order by customer, time")
        con.execute("checkpoint")
        return con

    if not os.path.exists(f"{folder}/log.parquet"):
        # As it lies in the CSV file, for everyone to read.
        engine.execute(f"copy (select * from {csv}) to '{folder}/log.parquet'")
    parquet = loaded(lambda: keep(f"read_parquet('{folder}/log.parquet')"), prepare)[0]
    load, con = loaded(lambda: keep(csv), prepare)
    con.execute(f"create table nodes as select activity, node::usmallint n from read_csv('{folder}/touchpoints.csv')")
    con.execute(
        """create table s as select *, (count(*) over (partition by c) - step)::integer back from (
             select c, i, t, n, row_number() over (partition by c order by i)::integer step from (
               select dense_rank() over (order by customer)::integer c, row_number() over (order by customer, time)::integer i,
                      epoch(time)::bigint t, n from log join nodes using (activity))) order by i"""
    )
    con.execute("create table l as select c, list(n order by i) ns, list(t order by i) ts from s group by c order by c")
    rows = lambda query: con.execute(query).fetchall()

    def transitions_window():
        found = rows("select n, m, count(*) from (select n, lead(n) over (partition by c order by i) m from s) where m is not null group by all")
        return {f"{a}|{b}": n for a, b, n in found}

    def transitions_order():
        found = rows("select n, m, count(*) from (select c, n, lead(n) over (order by i) m, lead(c) over (order by i) d from s) where c = d group by all")
        return {f"{a}|{b}": n for a, b, n in found}

    top = """kept as (select k, n from (select k, n, row_number() over (partition by k order by count(*) desc, n) r from part group by k, n) where r <= 12),
             placed as (select part.*, coalesce(kept.n::integer, -1) place from part left join kept using (k, n))"""
    name = lambda place: "other" if place == -1 else str(place)

    def flow(part, ends):
        found = rows(
            f"""with part as materialized ({part}), {top},
                pairs as (select k, place a, lead(place) over (partition by c order by k) b, step, back from placed)
                select k, a, b, count(*) from pairs where b is not null group by all
                union all {ends}"""
        )
        return found

    def sankey():
        found = flow("select c, n, step k, step, back from s where step <= 8", "select k, a, -2, count(*) from pairs where back = 0 and k < 8 group by all")
        return {f"{k}|{name(a)}|{'end' if b == -2 else name(b)}": n for k, a, b, n in found}

    def sankey_lists():
        found = flow("select c, unnest(ns[:8]) n, generate_subscripts(ns[:8], 1)::integer k, k step, (len(ns) - k)::integer back from l", "select k, a, -2, count(*) from pairs where back = 0 and k < 8 group by all")
        return {f"{k}|{name(a)}|{'end' if b == -2 else name(b)}": n for k, a, b, n in found}

    def backward():
        found = flow(
            f"select s.c, n, step - first as k, step, back from s join (select c, min(step) as first from s where n = {ANCHOR} group by c) using (c) where step <= first and step >= first - 6",
            "select k - 1, -2, a, count(*) from pairs where step = 1 and k > -6 group by all",
        )
        return {f"{k}|{'start' if a == -2 else name(a)}|{name(b)}": n for k, a, b, n in found}

    def funnel():
        steps = [f"s{at} as (select c, i, t from s where n = {node})" for at, node in enumerate(STEPS)]
        chains = ["c0 as (select c, i, t started from s0)"]
        for at in range(1, len(STEPS)):
            chains.append(f"c{at} as (select a.c, b.i, a.started from c{at - 1} a asof join s{at} b on a.c = b.c and a.i < b.i where b.t - a.started <= {WEEK})")
        return list(rows(f"with {', '.join(steps + chains)} select " + ", ".join(f"(select count(distinct c) from c{at})" for at in range(len(STEPS))))[0])

    def followed():
        found = rows(f"select n, count(*), count(*) filter (later - t <= {WEEK}) from (select n, t, min(case when n % 20 = 3 then t end) over (partition by c order by i rows between 1 following and unbounded following) later from s) group by n")
        return {str(n): [all, hit] for n, all, hit in found}

    asked = {
        "transitions": [transitions_window, transitions_order],
        "sankey": [sankey, sankey_lists],
        "backward": [backward],
        "funnel": [funnel],
        "followed": [followed],
    }
    events = rows("select count(*) from s")[0][0]
    return engine.__version__, events, (load, parquet), {name: best(ways) for name, ways in asked.items()}


def pm4py(folder):
    import pandas as pd
    import pm4py as engine

    def read_csv():
        return pd.read_csv(f"{folder}/log.csv", parse_dates=["time"]).sort_values(["customer", "time"])

    load, log = loaded(read_csv)
    nodes = pd.read_csv(f"{folder}/touchpoints.csv", dtype={"node": str}).set_index("activity")["node"]
    log["activity"] = log["activity"].map(nodes)

    def transitions():
        found, _, _ = engine.discover_dfg(log, activity_key="activity", case_id_key="customer", timestamp_key="time")
        return {f"{a}|{b}": int(n) for (a, b), n in found.items()}

    return engine.__version__, len(log), (load, None), {"transitions": timed(transitions, 1)}


engine, folder, out = sys.argv[1:4]
version, events, load, answers = {"duckdb": duckdb, "polars": polars, "pm4py": pm4py}[engine](folder)
with open(out, "w") as file:
    json.dump(
        {
            "engine": engine, "version": version, "events": events, "load_s": load[0], "parquet_s": load[1],
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "answers": {name: {"median_ms": median, "answer": answer} for name, (median, answer) in answers.items()},
        },
        file,
    )
