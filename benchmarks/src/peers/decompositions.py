# Times decompositions and products of NumPy and scikit-learn, on request: a JSON line in, a JSON line out.
import json
import platform
import sys
import time

import numpy
import scipy
import sklearn
from sklearn.utils.extmath import randomized_svd

RANK = 64

RUNS = {
    "numpy svd, full": lambda a, wide: numpy.linalg.svd(wide, full_matrices=True),
    "scikit-learn randomized_svd, float64": lambda a, wide: randomized_svd(wide, RANK, random_state=0),
    "scikit-learn randomized_svd, float32": lambda a, wide: randomized_svd(a, RANK, random_state=0),
    "numpy product, float64": lambda a, wide: wide @ wide,
    "numpy Gram matrix, float64": lambda a, wide: wide.T @ wide,
}


def error_of(a, result):
    """The norm of what a decomposition of rank RANK leaves out; of a whole one, what its first RANK triplets leave out."""
    u, s, vt = result
    if s.size > RANK:
        return float(numpy.linalg.norm(s[RANK:]))
    return float(numpy.linalg.norm(a - (u.astype(numpy.float64) * s) @ vt.astype(numpy.float64)))


versions = {"python": platform.python_version(), "numpy": numpy.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
print(json.dumps(versions), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "file" in request:
        matrix = numpy.fromfile(request["file"], dtype=numpy.float32).reshape(request["shape"])
        wide = matrix.astype(numpy.float64)
        print("{}", flush=True)
        continue
    start = time.perf_counter()
    result = RUNS[request["run"]](matrix, wide)
    milliseconds = (time.perf_counter() - start) * 1000
    error = error_of(wide, result) if isinstance(result, tuple) else None
    print(json.dumps({"milliseconds": milliseconds, "error": error}), flush=True)
