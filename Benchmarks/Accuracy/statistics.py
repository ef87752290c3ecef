"""Rank correlation, and how predictions of Dice meet the true one."""


def ranks(values):
    """Ranks from 1, equal values sharing their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for n in range(at, end + 1):
            result[order[n]] = (at + end) / 2 + 1
        at = end + 1
    return result


def correlation(x, y):
    """Pearson's; None where one of the two does not vary."""
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    xy = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
    xx, yy = (sum((a - m) ** 2 for a in v) for v, m in ((x, mean_x), (y, mean_y)))
    return xy / (xx * yy) ** 0.5 if xx * yy > 0 else None


def spearman(x, y):
    return correlation(ranks(x), ranks(y)) if x else None


def prediction(pairs):
    """What a table says of predictions; None of none.

    pairs: a case and label each, with `case`, the true `dice` and the predicted `predicted`, `lower` and `upper`.
    """
    if not pairs:
        return None
    predicted, dice = [p["predicted"] for p in pairs], [p["dice"] for p in pairs]
    cases = {}
    for p in pairs:
        cases.setdefault(p["case"], []).append((p["predicted"], p["dice"]))
    means = [[sum(part) / len(part) for part in zip(*case)] for case in cases.values()]
    return {
        "pairs": len(pairs),
        "cases": len(cases),
        "spearman": spearman(predicted, dice),
        "spearman of means": spearman(*zip(*means)),
        "error": sum(abs(p - d) for p, d in zip(predicted, dice)) / len(pairs),
        "bias": sum(p - d for p, d in zip(predicted, dice)) / len(pairs),
        "covered": sum(p["lower"] <= p["dice"] <= p["upper"] for p in pairs) / len(pairs),
    }
