extension FloatingPoint {
  /// The larger of two numbers, or NaN where one of them is none: a largest error that passes over what it cannot
  /// measure, as Swift's `max` does when its second argument is NaN, would call it none.
  package func orLarger(_ other: Self) -> Self {
    isNaN || self >= other ? self : other
  }
}
