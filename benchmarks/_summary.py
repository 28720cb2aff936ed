"""What a run says in short: the best peer's time over ours, and where we lost."""

import _report

ROUNDING = 1e-14  # gaps below this are equally good


def cells(rows, ours, key):
    """Yield (row of ours, peers' rows) for every workload, alpha and gap; only rows with a time."""
    groups = {}
    for row in rows:
        if key in row:
            groups.setdefault((row["workload"], row["alpha_max/"], row.get("target")), []).append(row)
    for group in groups.values():
        peers = [row for row in group if row["solver"] not in ours]
        yield from ((row, peers) for row in group if row["solver"] in ours)


def ratios(rows, ours, key="ms", gap=float("inf")):
    """Best peer's time over ours: one line for each workload, gap and solver of ours, one column for each alpha.

    A peer counts if it ended in time with a gap of at most ``gap``; "-" means that none did, or not ours.
    """
    lines = {}
    for row, peers in cells(rows, ours, key):
        place = {"workload": row["workload"], "target": row.get("target"), "solver": row["solver"]}
        line = lines.setdefault(tuple(place.values()), place)
        if peers := [peer for peer in peers if peer["gap"] <= gap]:
            best = min(peers, key=lambda peer: peer[key])
            line[f"/{row['alpha_max/']:g}"] = best[key] / row[key]
            line[f"peer /{row['alpha_max/']:g}"] = best["solver"]
    return list(lines.values())


def lost(rows, ours, key="ms", defaults=False):
    """Lines of what to look at: ours missed the gap, or the best peer is faster.

    Of ours the solver that a user gets by default, if it took part. At default settings a peer counts as in `ratios`,
    scikit-learn always; and peers whose gap is smaller than ours are told too.
    """
    from _campaign import DEFAULT_GAP

    watched = {"lassofit"} & ours or ours
    lines = [_line(r, "-", f"not reached: {r['why']}") for r in rows if r["solver"] in watched and not r["reached"]]
    for row, peers in cells(rows, ours, key):
        if row["solver"] not in watched or not peers:
            continue
        rivals = [p for p in peers if not defaults or p["gap"] <= DEFAULT_GAP]
        rivals = [min(rivals, key=lambda peer: peer[key])] if rivals else []
        if defaults:
            rivals += [p for p in peers if p["solver"] == "sklearn" and p not in rivals]
            for peer in peers:
                if max(peer["gap"], ROUNDING) < row["gap"]:
                    what = f"more accurate: gap {peer['gap']:.1e} to {row['gap']:.1e}"
                    lines.append(_line(row, peer["solver"], what))
        lines += [
            _line(row, p["solver"], f"faster: ratio {p[key] / row[key]:.3g}") for p in rivals if p[key] < row[key]
        ]
    return lines


def _line(row, peer, what):
    """One line of `lost`."""
    place = {"workload": row["workload"], "alpha_max/": row["alpha_max/"], "target": row.get("target")}
    return place | {"solver": row["solver"], "peer": peer, "what": what}


def show(ratios, lost, divisors):
    """Print the summary of a run."""
    columns = ["workload", "target", "solver"]
    for divisor in divisors:
        columns += [f"/{divisor:g}", f"peer /{divisor:g}"]
    if ratios:
        print("\nTime of the fastest peer over ours (and which it is), at alpha_max / ...")
        print(_report.table(ratios, columns))
    if lost:
        print("\nTo look at: a peer did better")
        print(_report.table(lost))
