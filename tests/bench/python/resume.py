"""Resumes one service again and again with the official client, and tells how fast and at what cost as JSON.

Usage: resume.py URL CALLS THREADS
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from azure.servicefabric import ServiceFabricClientAPIs
from msrest.authentication import Authentication

url, calls, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = ServiceFabricClientAPIs(Authentication(), url)


def some(count: int) -> None:
    for _ in range(count):
        client.resume_service_backup("CalcApp/CalcService")


some(20)
begun, processor = time.perf_counter(), time.process_time()
if threads == 1:
    some(calls)
    made = calls
else:
    share = calls // threads
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(some, [share] * threads))
    made = share * threads
elapsed = time.perf_counter() - begun
json.dump({"per_second": made / elapsed, "processor_seconds": time.process_time() - processor}, sys.stdout)
