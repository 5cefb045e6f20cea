// What every kernel of the matrix product shares: its operands, where their elements are, and the epilogue.
//
// Element (row, k) of op(A) is a[a_offset + row * a_row + k * a_col], and so for op(B); a transposed operand is one
// with its strides exchanged. There are `batch` such products, each a_batch and b_batch elements after the one before;
// y is (batch, m, n). bias and saved are bound to some other input where the product has none. As half of a pair a product may
// do without: with UNBIASED there is no bias, with PLAIN no epilogue.
#import activation

struct MatmulParams {
    batch: u32,
    m: u32,
    n: u32,
    k: u32,
    a_offset: u32,
    a_batch: u32,
    a_row: u32,
    a_col: u32,
    b_offset: u32,
    b_batch: u32,
    b_row: u32,
    b_col: u32,
    bias_offset: u32,
    saved_offset: u32,
    y_offset: u32,
    behind_offset: u32, // of what comes behind the product
}

@group(0) @binding(0) var<uniform> params: MatmulParams;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
#ifdef UNBIASED
#else
@group(0) @binding(3) var<storage, read> bias: array<f32>;
#endif
#ifdef PLAIN
#else
@group(0) @binding(4) var<storage, read> saved: array<f32>;
#endif
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

// What is done to each element z, f being the activation ACTIVATION: 0 nothing, 1 y = f(z), 2 y = z f'(saved), 3 y = z + saved,
// 4 y = f(z) and z behind it. These are overrides, since software devices run through every branch whose condition they do not
// know beforehand.
#ifdef UNBIASED
#else
override BIAS: u32 = 0;
#endif
#ifdef PLAIN
#else
override EPILOGUE: u32 = 0;
override ACTIVATION: u32 = 0;
#endif

// Finishes and stores element `at` of y, which is in this column, given the sum over k.
fn store(at: u32, column: u32, sum: f32) {
    var z = sum;
#ifdef UNBIASED
#else
    if BIAS == 1u {
        z += bias[params.bias_offset + column];
    }
#endif
#ifdef PLAIN
#else
    if EPILOGUE == 1u {
        z = act(ACTIVATION, z);
    } else if EPILOGUE == 2u {
        z *= act_grad(ACTIVATION, saved[params.saved_offset + at]);
    } else if EPILOGUE == 3u {
        z += saved[params.saved_offset + at];
    } else if EPILOGUE == 4u {
        y[params.behind_offset + at] = z;
        z = act(ACTIVATION, z);
    }
#endif
    y[params.y_offset + at] = z;
}

// With SUMS the sums of op(A)'s rows go behind the product; whoever makes column 0 of a row makes its sum.
override SUMS: u32 = 0;

fn store_sum(row: u32, sum: f32) {
    y[params.behind_offset + row] = sum;
}
