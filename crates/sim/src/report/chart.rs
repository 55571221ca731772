//! Charts as inline SVG: bars and lines over named columns, in the page's own colours, readable on paper.

use std::fmt::Write as _;

/// Room of a chart, and of its plot within it.
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 34.0;
const GRID_LINES: u32 = 4;
/// Names that fit below the columns.
const NAMES_MAX: usize = 24;

/// A row of values, one for each column.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    /// The colour's number in the style sheet.
    pub(super) colour: u8,
    pub(super) values: Vec<Option<f64>>,
}

/// How values are drawn and told.
pub(super) struct Chart<'a> {
    /// What it shows, for those who do not see it.
    pub(super) title: &'a str,
    pub(super) names: Vec<String>,
    pub(super) series: Vec<Series<'a>>,
    /// The top of the axis; `None`: above the greatest value.
    pub(super) max: Option<f64>,
    pub(super) told: fn(f64) -> String,
}

impl Chart<'_> {
    /// Bars beside each other.
    pub(super) fn bars(&self) -> String {
        let mut svg = self.begin();
        let column = self.column();
        let width = column * 0.8 / self.series.len().max(1) as f64;
        for (number, series) in self.series.iter().enumerate() {
            for (at, value) in series.values.iter().enumerate() {
                let Some(value) = *value else { continue };
                let x = LEFT + at as f64 * column + column * 0.1 + number as f64 * width;
                let (y, height) = (self.y(value), self.y(0.0) - self.y(value));
                let told = (self.told)(value);
                let name = self.names.get(at).map_or("", String::as_str);
                // Writing to a string cannot fail.
                let _ = write!(
                    svg,
                    "<rect class=\"c{}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>{} {name}: {told}</title></rect>",
                    series.colour, series.name
                );
            }
        }
        svg + "</svg>"
    }

    /// A line for each series, broken where there is no value.
    pub(super) fn lines(&self) -> String {
        let mut svg = self.begin();
        let column = self.column();
        for series in &self.series {
            let mut path = String::new();
            let mut pen = 'M';
            for (at, value) in series.values.iter().enumerate() {
                let Some(value) = *value else {
                    pen = 'M';
                    continue;
                };
                let (x, y) = (LEFT + (at as f64 + 0.5) * column, self.y(value));
                let _ = write!(path, "{pen}{x:.1} {y:.1} ");
                pen = 'L';
                let told = (self.told)(value);
                let name = self.names.get(at).map_or("", String::as_str);
                let _ = write!(
                    svg,
                    "<circle class=\"c{}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"><title>{} {name}: {told}</title></circle>",
                    series.colour, series.name
                );
            }
            let _ = write!(
                svg,
                "<path class=\"l{}\" d=\"{}\"/>",
                series.colour,
                path.trim_end()
            );
        }
        svg + "</svg>"
    }

    /// The legend, for charts of several series.
    pub(super) fn legend(&self) -> String {
        let items = self.series.iter().map(|series| {
            let Series { name, colour, .. } = series;
            format!("<span><i class=\"k{colour}\"></i>{name}</span>")
        });
        format!("<p class=\"legend\">{}</p>", items.collect::<String>())
    }

    fn begin(&self) -> String {
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            self.title
        );
        for line in 0..=GRID_LINES {
            let value = self.top() * f64::from(line) / f64::from(GRID_LINES);
            let (y, right, text) = (self.y(value), WIDTH - 4.0, LEFT - 6.0);
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/><text x=\"{text}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                y + 4.0,
                (self.told)(value)
            );
        }
        let every = self.names.len().div_ceil(NAMES_MAX).max(1);
        for (at, name) in self.names.iter().enumerate().step_by(every) {
            let x = LEFT + (at as f64 + 0.5) * self.column();
            let y = HEIGHT - BOTTOM + 18.0;
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{name}</text>"
            );
        }
        svg
    }

    fn column(&self) -> f64 {
        (WIDTH - LEFT - 4.0) / self.names.len().max(1) as f64
    }

    fn y(&self, value: f64) -> f64 {
        let plot = HEIGHT - TOP - BOTTOM;
        TOP + plot * (1.0 - (value / self.top()).clamp(0.0, 1.0))
    }

    /// The top of the axis: given, or the next of 1, 2, 4, 6, 8 and 10 times a power of ten.
    fn top(&self) -> f64 {
        let values = self.series.iter().flat_map(|series| &series.values);
        let most = values.flatten().copied().fold(0.0, f64::max);
        self.max.unwrap_or_else(|| {
            let power = 10_f64.powf(most.max(1.0).log10().floor());
            let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0].map(|step| step * power);
            steps.into_iter().find(|top| *top >= most).unwrap_or(most)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: Vec<Option<f64>>) -> Chart<'static> {
        Chart {
            title: "t",
            names: values.iter().map(|_| "n".to_owned()).collect(),
            series: vec![Series {
                name: "s",
                colour: 1,
                values,
            }],
            max: None,
            told: |value| format!("{value}"),
        }
    }

    #[test]
    fn the_axis_ends_at_a_round_number_above_all_values() {
        for (most, top) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (3.0, 4.0),
            (55.0, 60.0),
            (100.0, 100.0),
            (101.0, 200.0),
        ] {
            let chart = chart(vec![Some(most)]);
            assert!((chart.top() - top).abs() < 1e-9, "{most}: {}", chart.top());
        }
    }

    #[test]
    fn a_missing_value_breaks_the_line_and_has_no_bar() {
        let chart = chart(vec![Some(1.0), None, Some(2.0)]);
        assert_eq!(
            chart.lines().matches('M').count() - 5,
            2,
            "{}",
            chart.lines()
        );
        assert_eq!(chart.bars().matches("<rect").count(), 2);
    }
}
