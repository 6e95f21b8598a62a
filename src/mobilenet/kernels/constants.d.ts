/**
 * What is added to an int8 activation where it is stored: 128, or 0. The compiler is given it by
 * build-kernels.ts of src/testing, and takes nothing from this file.
 */
declare const STORED_OFFSET: i32;
