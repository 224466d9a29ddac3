//! The normal distribution, as far as tests and intervals need it.

/// Half the width of an interval of 95 %, in standard errors.
pub const Z: f64 = 1.959_963_984_540_054;

/// How likely chance alone gives a standard score at least so far from 0.
pub fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}
