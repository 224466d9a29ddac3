//! Pictures of charts, point by point: twice as many points as the drawing has, for paper and sharp screens.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

const TIMES: f32 = 2.0;
/// Most points of a picture.
const MOST: f32 = 40_000_000.0;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../fonts/Inter-Regular.otf").to_vec());
    fonts.load_font_data(include_bytes!("../fonts/Inter-SemiBold.otf").to_vec());
    fonts.set_sans_serif_family("Inter");
    Arc::new(fonts)
});

/// The drawing as PNG; none where there is nothing to draw.
pub fn png(svg: &str) -> Option<Vec<u8>> {
    let options = Options { fontdb: FONTS.clone(), font_family: "Inter".into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).ok()?;
    let size = tree.size();
    // A very tall drawing is made with fewer points rather than not at all.
    let times = TIMES.min((MOST / (size.width() * size.height())).sqrt());
    let mut picture = Pixmap::new((size.width() * times).ceil() as u32, (size.height() * times).ceil() as u32)?;
    resvg::render(&tree, Transform::from_scale(times, times), &mut picture.as_mut());
    picture.encode_png().ok()
}
