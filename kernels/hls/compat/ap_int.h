// ap_uint<N> / ap_int<N> in Vitis's spelling over clang's _BitInt: the part that the kernels use, with Vitis's widening rules.
// SPDX-License-Identifier: Apache-2.0
//
// Vitis HLS puts its own ap_int.h in this place without an edit of the kernels (tests/unit/kernels/xilinx_headers.cmake compiles
// them against Xilinx's public headers). Same results on both: a + b is one bit wider than its widest operand, a * b as wide as
// both together, a - b is signed, shifts keep the width of the left side, and assignment truncates.
#ifndef JITBOX_HLS_COMPAT_AP_INT_H
#define JITBOX_HLS_COMPAT_AP_INT_H

#include <cstdint>
#include <type_traits>

template <int W>
struct ap_uint;
template <int W>
struct ap_int;

namespace ap_compat {

template <int W, bool Signed>
struct raw {
    using type = unsigned _BitInt(W);
    using ap = ap_uint<W>;
};
template <int W>
struct raw<W, true> {
    using type = _BitInt(W);
    using ap = ap_int<W>;
};

constexpr int max_of(int a, int b) {
    return a > b ? a : b;
}

template <typename T>
struct traits {
    static constexpr bool is_ap = false;
    static constexpr bool is_number = std::is_integral_v<T>;
    static constexpr bool is_signed = std::is_signed_v<T>;
    static constexpr int width = std::is_same_v<T, bool> ? 1 : static_cast<int>(sizeof(T) * 8);
    static constexpr const T& value(const T& x) { return x; }
};
template <int W>
struct traits<ap_uint<W>> {
    static constexpr bool is_ap = true;
    static constexpr bool is_number = true;
    static constexpr bool is_signed = false;
    static constexpr int width = W;
    static constexpr auto value(const ap_uint<W>& x) { return x.v; }
};
template <int W>
struct traits<ap_int<W>> {
    static constexpr bool is_ap = true;
    static constexpr bool is_number = true;
    static constexpr bool is_signed = true;
    static constexpr int width = W;
    static constexpr auto value(const ap_int<W>& x) { return x.v; }
};

template <typename A, typename B>
concept operands = (traits<A>::is_ap || traits<B>::is_ap) && traits<A>::is_number && traits<B>::is_number;

/// Width and sign that hold both operands exactly.
template <typename A, typename B>
struct common {
    using ta = traits<A>;
    using tb = traits<B>;
    static constexpr bool is_signed = ta::is_signed || tb::is_signed;
    static constexpr int width =
        max_of(ta::width + (is_signed && !ta::is_signed ? 1 : 0), tb::width + (is_signed && !tb::is_signed ? 1 : 0));
};

template <int W, bool Signed, typename T>
constexpr auto widen(const T& x) {
    return static_cast<typename raw<W, Signed>::type>(traits<T>::value(x));
}

template <int W, bool Signed>
constexpr auto wrap(typename raw<W, Signed>::type x) {
    typename raw<W, Signed>::ap out;
    out.v = x;
    return out;
}

/// x.range(hi, lo) and x[bit] of a value that can be written.
template <typename Ap>
struct slice {
    Ap* of;
    int hi;
    int lo;

    using word = unsigned _BitInt(Ap::width);
    static constexpr word mask(int bits) {
        if (bits >= Ap::width) return static_cast<word>(~static_cast<word>(0));
        return static_cast<word>((static_cast<word>(1) << bits) - static_cast<word>(1));
    }
    constexpr ap_uint<Ap::width> get() const;
    template <typename T>
    constexpr slice& operator=(const T& x) {
        const word bits = mask(hi - lo + 1);
        const word in = static_cast<word>(static_cast<word>(traits<T>::value(x)) & bits);
        const word old = static_cast<word>(of->v);
        const word next =
            static_cast<word>((old & static_cast<word>(~static_cast<word>(bits << lo))) | static_cast<word>(in << lo));
        of->v = static_cast<decltype(of->v)>(next);
        return *this;
    }
    constexpr slice& operator=(const slice& other) {
        return *this = other.get();
    } // NOLINT(bugprone-unhandled-self-assignment,cert-oop54-cpp): reads before it writes
    constexpr slice(const slice&) = default;
    constexpr slice(Ap* of_, int hi_, int lo_) : of(of_), hi(hi_), lo(lo_) {}
    constexpr std::uint64_t to_uint64() const { return get().to_uint64(); }
    constexpr unsigned to_uint() const { return get().to_uint(); }
    constexpr explicit operator bool() const { return get() != 0; }
};

template <typename Ap>
constexpr auto read_slice(const Ap& x, int hi, int lo) {
    using word = unsigned _BitInt(Ap::width);
    ap_uint<Ap::width> out;
    out.v = static_cast<word>(static_cast<word>(static_cast<word>(x.v) >> lo) & slice<Ap>::mask(hi - lo + 1));
    return out;
}

template <typename Ap>
constexpr ap_uint<Ap::width> slice<Ap>::get() const {
    return read_slice(*of, hi, lo);
}

} // namespace ap_compat

// What both types share. Macro instead of a base class: an aggregate of one _BitInt is what the optimiser keeps in registers.
#define JITBOX_AP_MEMBERS(SELF, SIGNED)                                                                                            \
    using raw_type = typename ap_compat::raw<W, SIGNED>::type;                                                                     \
    static constexpr int width = W;                                                                                                \
    raw_type v{};                                                                                                                  \
    constexpr SELF() = default;                                                                                                    \
    template <typename T>                                                                                                          \
        requires(ap_compat::traits<T>::is_number)                                                                                  \
    constexpr SELF(const T& x) : v(static_cast<raw_type>(ap_compat::traits<T>::value(x))) {}                                       \
    template <typename Ap>                                                                                                         \
    constexpr SELF(const ap_compat::slice<Ap>& x) : v(static_cast<raw_type>(x.get().v)) {}                                         \
    constexpr ap_compat::slice<SELF> range(int hi, int lo) {                                                                       \
        return {this, hi, lo};                                                                                                     \
    }                                                                                                                              \
    constexpr auto range(int hi, int lo) const {                                                                                   \
        return ap_compat::read_slice(*this, hi, lo);                                                                               \
    }                                                                                                                              \
    constexpr ap_compat::slice<SELF> operator()(int hi, int lo) {                                                                  \
        return {this, hi, lo};                                                                                                     \
    }                                                                                                                              \
    constexpr auto operator()(int hi, int lo) const {                                                                              \
        return ap_compat::read_slice(*this, hi, lo);                                                                               \
    }                                                                                                                              \
    constexpr ap_compat::slice<SELF> operator[](int bit) {                                                                         \
        return {this, bit, bit};                                                                                                   \
    }                                                                                                                              \
    constexpr bool operator[](int bit) const {                                                                                     \
        return ap_compat::read_slice(*this, bit, bit).v != 0;                                                                      \
    }                                                                                                                              \
    constexpr std::uint64_t to_uint64() const {                                                                                    \
        return static_cast<std::uint64_t>(v);                                                                                      \
    }                                                                                                                              \
    constexpr std::int64_t to_int64() const {                                                                                      \
        return static_cast<std::int64_t>(v);                                                                                       \
    }                                                                                                                              \
    constexpr unsigned to_uint() const {                                                                                           \
        return static_cast<unsigned>(v);                                                                                           \
    }                                                                                                                              \
    constexpr int to_int() const {                                                                                                 \
        return static_cast<int>(v);                                                                                                \
    }                                                                                                                              \
    constexpr bool to_bool() const {                                                                                               \
        return v != 0;                                                                                                             \
    }                                                                                                                              \
    template <typename T>                                                                                                          \
        requires(std::is_integral_v<T>)                                                                                            \
    constexpr explicit operator T() const {                                                                                        \
        return static_cast<T>(v);                                                                                                  \
    }                                                                                                                              \
    constexpr SELF operator~() const {                                                                                             \
        return ap_compat::wrap<W, SIGNED>(static_cast<raw_type>(~v));                                                              \
    }                                                                                                                              \
    constexpr ap_int<W + 1> operator-() const {                                                                                    \
        return ap_compat::wrap<W + 1, true>(-ap_compat::widen<W + 1, true>(*this));                                                \
    }                                                                                                                              \
    constexpr bool operator!() const {                                                                                             \
        return v == 0;                                                                                                             \
    }                                                                                                                              \
    template <typename T>                                                                                                          \
    constexpr SELF& operator+=(const T& x) {                                                                                       \
        return *this = *this + x;                                                                                                  \
    }                                                                                                                              \
    template <typename T>                                                                                                          \
    constexpr SELF& operator-=(const T& x) {                                                                                       \
        return *this = *this - x;                                                                                                  \
    }                                                                                                                              \
    template <typename T>                                                                                                          \
    constexpr SELF& operator*=(const T& x) {                                                                                       \
        return *this = *this * x;                                                                                                  \
    }                                                                                                                              \
    template <typename T>                                                                                                          \
    constexpr SELF& operator&=(const T& x) {                                                                                       \
        return *this = *this & x;                                                                                                  \
    }                                                                                                                              \
    template <typename T>                                                                                                          \
    constexpr SELF& operator|=(const T& x) {                                                                                       \
        return *this = *this | x;                                                                                                  \
    }                                                                                                                              \
    template <typename T>                                                                                                          \
    constexpr SELF& operator^=(const T& x) {                                                                                       \
        return *this = *this ^ x;                                                                                                  \
    }                                                                                                                              \
    constexpr SELF& operator<<=(int n) {                                                                                           \
        return *this = *this << n;                                                                                                 \
    }                                                                                                                              \
    constexpr SELF& operator>>=(int n) {                                                                                           \
        return *this = *this >> n;                                                                                                 \
    }                                                                                                                              \
    constexpr SELF& operator++() {                                                                                                 \
        return *this += 1;                                                                                                         \
    }                                                                                                                              \
    constexpr SELF& operator--() {                                                                                                 \
        return *this -= 1;                                                                                                         \
    }

template <int W>
struct ap_uint {
    JITBOX_AP_MEMBERS(ap_uint, false)
};

template <int W>
struct ap_int {
    JITBOX_AP_MEMBERS(ap_int, true)
};

#undef JITBOX_AP_MEMBERS

#define JITBOX_AP_WIDENING(OP, WIDTH, SIGNED)                                                                                      \
    template <typename A, typename B>                                                                                              \
        requires ap_compat::operands<A, B>                                                                                         \
    constexpr auto operator OP(const A& a, const B& b) {                                                                           \
        using c = ap_compat::common<A, B>;                                                                                         \
        constexpr bool is_signed = SIGNED;                                                                                         \
        constexpr int width = WIDTH;                                                                                               \
        using word = typename ap_compat::raw<width, is_signed>::type;                                                              \
        return ap_compat::wrap<width, is_signed>(                                                                                  \
            static_cast<word>(ap_compat::widen<width, is_signed>(a) OP ap_compat::widen<width, is_signed>(b)));                    \
    }

JITBOX_AP_WIDENING(+, c::width + 1, c::is_signed)
JITBOX_AP_WIDENING(-, c::width + 1, true)
JITBOX_AP_WIDENING(*, (ap_compat::traits<A>::width + ap_compat::traits<B>::width), c::is_signed)
JITBOX_AP_WIDENING(/, c::width, c::is_signed)
JITBOX_AP_WIDENING(%, c::width, c::is_signed)
JITBOX_AP_WIDENING(&, c::width, c::is_signed)
JITBOX_AP_WIDENING(|, c::width, c::is_signed)
JITBOX_AP_WIDENING(^, c::width, c::is_signed)
#undef JITBOX_AP_WIDENING

#define JITBOX_AP_COMPARISON(OP)                                                                                                   \
    template <typename A, typename B>                                                                                              \
        requires ap_compat::operands<A, B>                                                                                         \
    constexpr bool operator OP(const A& a, const B& b) {                                                                           \
        using c = ap_compat::common<A, B>;                                                                                         \
        return ap_compat::widen<c::width, c::is_signed>(a) OP ap_compat::widen<c::width, c::is_signed>(b);                         \
    }

JITBOX_AP_COMPARISON(==)
JITBOX_AP_COMPARISON(!=)
JITBOX_AP_COMPARISON(<)
JITBOX_AP_COMPARISON(<=)
JITBOX_AP_COMPARISON(>)
JITBOX_AP_COMPARISON(>=)
#undef JITBOX_AP_COMPARISON

// Shifts keep the left side's type. An amount of W or more gives zero (or the sign), as in Vitis; it is never negative here.
template <int W>
constexpr ap_uint<W> operator<<(const ap_uint<W>& a, int n) {
    ap_uint<W> out;
    if (n < W) out.v = static_cast<typename ap_uint<W>::raw_type>(a.v << n);
    return out;
}
template <int W>
constexpr ap_uint<W> operator>>(const ap_uint<W>& a, int n) {
    ap_uint<W> out;
    if (n < W) out.v = static_cast<typename ap_uint<W>::raw_type>(a.v >> n);
    return out;
}
template <int W>
constexpr ap_int<W> operator<<(const ap_int<W>& a, int n) {
    using word = unsigned _BitInt(W);
    ap_int<W> out;
    if (n < W) out.v = static_cast<typename ap_int<W>::raw_type>(static_cast<word>(static_cast<word>(a.v) << n));
    return out;
}
template <int W>
constexpr ap_int<W> operator>>(const ap_int<W>& a, int n) {
    ap_int<W> out;
    out.v = static_cast<typename ap_int<W>::raw_type>(a.v >> (n < W ? n : W - 1));
    return out;
}

#endif
