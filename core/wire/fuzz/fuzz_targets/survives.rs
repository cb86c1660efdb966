//! What was read can be written, and is the same when it is read again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// JSON again, and back. Numbers may differ by their last digits: serde_json reads fast, not to the last bit.
pub fn survives<T: Serialize + DeserializeOwned>(message: &T) {
    let json = serde_json::to_vec(message).expect("what was read can be written");
    let again: T = serde_json::from_slice(&json).expect("what was written can be read");
    let [first, second] =
        [message, &again].map(|message| serde_json::to_value(message).expect("it was written before"));
    assert!(same(&first, &second), "{first} became {second}");
}

fn same(first: &Value, second: &Value) -> bool {
    match (first, second) {
        (Value::Number(first), Value::Number(second)) => {
            let [a, b] = [first, second].map(|number| number.as_f64().unwrap_or(f64::NAN));
            first == second || (a - b).abs() <= 4.0 * f64::EPSILON * a.abs()
        }
        (Value::Array(first), Value::Array(second)) => {
            first.len() == second.len() && first.iter().zip(second).all(|(first, second)| same(first, second))
        }
        (Value::Object(first), Value::Object(second)) => {
            let same_of = |(key, value)| second.get(key).is_some_and(|other| same(value, other));
            first.len() == second.len() && first.iter().all(same_of)
        }
        _ => first == second,
    }
}
