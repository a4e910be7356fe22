"""Opens the example loss table with both netCDF-4 engines of xarray and compares what they see."""

import sys

import netCDF4
import numpy as np
import xarray as xr

path = sys.argv[1]
for engine in ("h5netcdf", "netcdf4"):
    root = xr.open_dataset(path, engine=engine)
    assert root.attrs["Conventions"].startswith("CF-1."), root.attrs
    assert root.attrs["schema_version"] == "2.2.0"
    assert len(root.attrs["input_sha256"]) == 64

    wire = xr.open_dataset(path, engine=engine, group="waveguide/wire")
    index = wire["effective_index"]
    assert index.dims == ("polarisation", "wavelength"), index.dims
    assert index.attrs["units"] == "1" and index.attrs["long_name"] == "effective index"
    assert list(wire["polarisation"].values) == ["TE", "TM"]
    assert float(index.sel(polarisation="TE", wavelength=1.55e-6)) == 2.4471926
    assert np.isnan(index.sel(polarisation="TM", wavelength=1.55e-6))
    assert wire["effective_index_error"].dims == index.dims
    status = wire["effective_index_status"]
    assert status.dtype == np.uint8, status.dtype
    meanings = status.attrs["flag_meanings"].split()
    assert list(status.attrs["flag_values"]) == list(range(len(meanings)))
    assert meanings[int(status.sel(polarisation="TM", wavelength=1.55e-6))] == "failed"
    reason = wire["effective_index_reason_text"][wire["effective_index_reason"]]
    assert reason.dims == index.dims and reason.values[0][0] == ""
    assert str(reason.sel(polarisation="TM", wavelength=1.55e-6).values) == "no guided mode"
    for name in index.attrs["ancillary_variables"].split():
        assert name in wire, name
    assert wire["zero_dispersion"].dims == () and float(wire["zero_dispersion"]) == 1.31e-6

    facet = xr.open_dataset(path, engine=engine, group="fibre_chip/facet")
    assert facet["total_loss"].attrs["from_plane"] == "P2"
    assert list(facet["total_loss"].attrs["gap"]) == [1e-6, 2e-6]

    mode = xr.open_dataset(path, engine=engine, group="fields/wire/mode_0")
    assert mode["Ex_imag"].dims == ("x", "y") and float(mode["Ex_imag"][3, 2]) == 1.0

    provenance = xr.open_dataset(path, engine=engine, group="provenance")
    assert str(provenance["study"].values) == '[study]\nname = "wire" # µm\n'

tree = xr.open_datatree(path, engine="netcdf4")
assert "waveguide/wire" in tree.to_dict() or "/waveguide/wire" in tree.to_dict()

with netCDF4.Dataset(path) as file:
    assert list(file.groups) == ["waveguide", "fibre_chip", "fields", "provenance"], list(file.groups)
    assert file["waveguide/wire"].dimensions["wavelength"].size == 3
