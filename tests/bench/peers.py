"""How long other readers take for these files, one JSON object each: python3 peers.py FILES...

Each by the reader that people use for it, if it is installed; the median of several reads of a file that lies in memory already.
"""

import json
import statistics
import sys
import time

READS = 5


def laspy_read(path):
    import laspy

    return lambda: laspy.read(path).xyz


def trimesh_read(path):
    import trimesh

    return lambda: trimesh.load(path)


def trimesh_parse(path):
    import trimesh

    return lambda: trimesh.load(path, process=False)


def nibabel_read(path):
    import nibabel
    import numpy

    return lambda: numpy.asarray(nibabel.load(path).dataobj)


READERS = {
    ".laz": [("laspy", laspy_read)],
    ".ply": [("trimesh", trimesh_read), ("trimesh, parsing alone", trimesh_parse)],
    ".obj": [("trimesh", trimesh_read), ("trimesh, parsing alone", trimesh_parse)],
    ".stl": [("trimesh", trimesh_read), ("trimesh, parsing alone", trimesh_parse)],
    ".nii.gz": [("nibabel", nibabel_read)],
}

for path in sys.argv[1:]:
    for ending, readers in READERS.items():
        if not path.endswith(ending):
            continue
        for name, make in readers:
            try:
                read = make(path)
            except ImportError:
                continue
            times = []
            for _ in range(READS):
                started = time.perf_counter()
                read()
                times.append(time.perf_counter() - started)
            print(json.dumps({"file": path, "by": name, "ms": statistics.median(times) * 1000}), flush=True)
