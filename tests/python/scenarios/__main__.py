"""Lets the official client live through one scenario against a fresh simulator.

Usage: scenarios URL NAME. The simulator must take orders below /$sim/, and its time stand still otherwise. What is printed
names the client's methods that were answered with success.
"""

import sys

from backups import backing_up, cleaning_up, refused_on_order, restoring, scheduled
from cluster import Cluster
from lists import listing, listing_a_storage
from policies import policies
from protection import enabling, suspending
from queries import health, inventory, preview

SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        policies,
        enabling,
        suspending,
        listing,
        listing_a_storage,
        backing_up,
        scheduled,
        restoring,
        cleaning_up,
        refused_on_order,
        inventory,
        health,
        preview,
    )
}

if __name__ == "__main__":
    _, url, name = sys.argv
    cluster = Cluster(url)
    SCENARIOS[name](cluster)
    for method in sorted(cluster.answered):
        print(method)
