//! HDF5 dimension scales (H5DS), the only foreign calls of this crate.
//!
//! A netCDF-4 dimension is an HDF5 data set marked as a scale and attached to each data set that runs along it; netCDF-C
//! accepts only what the high-level library `libhdf5_hl` itself writes (null-terminated CLASS, REFERENCE_LIST), and the
//! crate `hdf5-metno` does not wrap that library. The feature `hl` of `hdf5-metno-sys` links it from the same place as the
//! HDF5 that everything else here uses, so the pair always fits.
#![allow(unsafe_code)] // two C functions, called under the HDF5 lock with identifiers that outlive the call

use std::ffi::{CStr, c_char, c_uint};

use hdf5::Dataset;
use hdf5_sys::h5::herr_t;
use hdf5_sys::h5i::hid_t;

unsafe extern "C" {
    fn H5DSset_scale(dsid: hid_t, dimname: *const c_char) -> herr_t;
    fn H5DSattach_scale(did: hid_t, dsid: hid_t, idx: c_uint) -> herr_t;
}

/// Marks a data set as the scale of the dimension `name`.
pub(super) fn set_scale(scale: &Dataset, name: &CStr) -> hdf5::Result<()> {
    // SAFETY: `scale` holds its identifier open and `name` is null-terminated for the whole call; the lock is held.
    hdf5::sync::sync(|| hdf5::h5check(unsafe { H5DSset_scale(scale.id(), name.as_ptr()) }))
        .map(drop)
}

/// Attaches `scale` to dimension `dimension` of `data`.
pub(super) fn attach_scale(data: &Dataset, scale: &Dataset, dimension: c_uint) -> hdf5::Result<()> {
    // SAFETY: both data sets hold their identifiers open for the whole call; the lock is held.
    hdf5::sync::sync(|| {
        hdf5::h5check(unsafe { H5DSattach_scale(data.id(), scale.id(), dimension) })
    })
    .map(drop)
}
