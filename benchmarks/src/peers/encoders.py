# Sparse coding, dictionary learning and k-means of scikit-learn: reads a request of JSON, prints milliseconds of CPU time and relative residual.
import json
import sys
import time
import warnings

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import MiniBatchDictionaryLearning, sparse_encode

warnings.filterwarnings("ignore")


def values(path, columns):
    return np.fromfile(path, dtype=np.float32).reshape(-1, columns)


request = json.loads(sys.argv[1])
signals = values(request["signals"], request["length"])
start = time.process_time()
if request["run"] == "omp":
    atoms = values(request["atoms"], request["length"])
    codes = sparse_encode(signals, atoms, algorithm="omp", n_nonzero_coefs=request["nonzeros"])
    product = codes @ atoms
elif request["run"] == "dictionary":
    learner = MiniBatchDictionaryLearning(
        n_components=request["count"], fit_algorithm="cd", transform_algorithm="omp",
        transform_n_nonzero_coefs=request["nonzeros"], max_iter=2, batch_size=256, random_state=0,
    )
    product = learner.fit_transform(signals) @ learner.components_
elif request["run"] == "scalar":
    found = KMeans(request["count"], n_init=1, random_state=0).fit(signals)
    product = found.cluster_centers_[found.labels_]
elif request["run"] == "mini-batch":
    found = MiniBatchKMeans(request["count"], n_init=1, random_state=0).fit(signals)
    product = found.cluster_centers_[found.labels_]
else:
    found = KMeans(request["count"], n_init=1, max_iter=20, tol=0, algorithm="lloyd", random_state=0).fit(signals)
    product = found.cluster_centers_[found.labels_]
spent = (time.process_time() - start) * 1000
print(json.dumps([spent, float(np.linalg.norm(signals - product) / np.linalg.norm(signals))]))
