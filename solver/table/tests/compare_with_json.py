"""Opens a loss table with h5py, with netCDF4 and with both engines of xarray, and compares every number with the JSON export."""

import json
import sys

import h5py
import netCDF4
import numpy as np
import xarray as xr
from scipy.io import loadmat, savemat

path, text = sys.argv[1:]
with open(text, encoding="utf-8") as file:
    table = json.load(file)


def number(value):
    """JSON's null is NaN; infinities are words."""
    return np.nan if value is None else float(value)


def numbers(values):
    return np.array([number(value) for value in values], dtype=float)


def same(found, expected, what):
    found = np.asarray(found, dtype=float).ravel()
    # bits: NaN is NaN, and -0 is not 0
    assert np.array_equal(found, expected, equal_nan=True), what
    assert np.array_equal(np.signbit(found)[~np.isnan(found)], np.signbit(expected)[~np.isnan(expected)]), what


def words(array):
    return [w.decode() if isinstance(w, bytes) else str(w) for w in np.asarray(array).ravel()]


compared = 0
with h5py.File(path) as plain, netCDF4.Dataset(path) as netcdf:
    for name in ("title", "source", "schema", "schema_version", "input_sha256", "phase_convention"):
        assert plain.attrs[name] == table[name] == netcdf.getncattr(name), name
    assert plain["provenance/study"][()].decode() == table["study"]
    for group in table["groups"]:
        h5, nc = plain[group["path"]], netcdf[group["path"]]
        frames = [
            xr.open_dataset(path, engine=engine, group=group["path"], mask_and_scale=False)
            for engine in ("h5netcdf", "netcdf4")
        ]
        assert h5.attrs["long_name"] == group["long_name"]
        for axis in group["axes"]:
            if "values" in axis:
                same(h5[axis["name"]][()], numbers(axis["values"]), axis["name"])
            else:
                assert words(h5[axis["name"]][()]) == axis["names"]
        for variable in group["variables"]:
            name = variable["name"]
            what = f"{group['path']}/{name}"
            expected = numbers(variable["values"])
            data = h5[name]
            assert list(data.shape) == variable["shape"], what
            assert [d[0].name.rsplit("/", 1)[-1] for d in data.dims] == variable["axes"], what
            assert data.attrs["units"] == variable["units"]
            same(data[()], expected, what)
            same(np.ma.getdata(nc[name][...]), expected, what)
            for frame in frames:
                assert list(frame[name].dims) == variable["axes"], what
                same(frame[name].values, expected, what)
            if "error" in variable:
                same(h5[f"{name}_error"][()], numbers(variable["error"]), what)
            status = h5[f"{name}_status"]
            meanings = status.attrs["flag_meanings"].split()
            assert [meanings[k] for k in np.ravel(status[()])] == variable["status"], what
            if "reason" in variable:
                texts = words(h5[f"{name}_reason_text"][()])
                for numbered in (h5[f"{name}_reason"][()], nc[f"{name}_reason"][...], frames[0][f"{name}_reason"]):
                    assert [texts[k] for k in np.ravel(numbered)] == variable["reason"], what
            for plane in ("from_plane", "to_plane"):
                assert data.attrs.get(plane) == variable.get(plane), what
            compared += len(expected)
    for field in table["fields"]:
        for component in field["components"]:
            data = plain["fields"][field["path"]][component["name"]]
            assert list(data.shape) == component["shape"]
            same(data[()], numbers(component["values"]), field["path"])

# As MATLAB's nested structs: scipy refuses names that MATLAB would.
structs = {}
for group in table["groups"]:
    place = structs
    for part in group["path"].split("/"):
        place = place.setdefault(part, {})
    for variable in group["variables"]:
        place[variable["name"]] = numbers(variable["values"])
savemat(f"{path}.mat", structs, long_field_names=True)
back = loadmat(f"{path}.mat", simplify_cells=True)
for group in table["groups"]:
    place = back
    for part in group["path"].split("/"):
        place = place[part]
    for variable in group["variables"]:
        same(place[variable["name"]], numbers(variable["values"]), variable["name"])

versions = ", ".join(f"{m.__name__} {m.__version__}" for m in (h5py, netCDF4, xr, np))
print(f"{compared} values agree: {versions}, HDF5 {h5py.version.hdf5_version}")
