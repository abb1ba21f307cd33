use std::sync::Arc;

const LEAF: usize = 1024;

/// Text as a balanced tree of small pieces.
///
/// Cloning is cheap: trees share what they have in common.
#[derive(Clone, Debug, Default)]
pub struct Rope {
    root: Option<Arc<Node>>,
}

#[derive(Debug)]
enum Node {
    Leaf(String),
    Branch { left: Arc<Node>, right: Arc<Node>, bytes: usize, height: u8 },
}

impl Rope {
    pub fn from_text(text: &str) -> Rope {
        let mut rope = Rope::default();
        let mut rest = text;
        while !rest.is_empty() {
            let cut = floor_char_boundary(rest, LEAF);
            rope = rope.concat(Rope::leaf(&rest[..cut]));
            rest = &rest[cut..];
        }
        rope
    }

    pub fn len(&self) -> usize {
        self.root.as_ref().map_or(0, |node| node.bytes())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn insert(&self, at: usize, text: &str) -> Rope {
        let (left, right) = self.split(at);
        left.concat(Rope::from_text(text)).concat(right)
    }

    pub fn remove(&self, from: usize, to: usize) -> Rope {
        let (left, rest) = self.split(from);
        let (_, right) = rest.split(to - from);
        left.concat(right)
    }

    /// Cut in two; both halves share their leaves with the whole.
    pub fn split(&self, at: usize) -> (Rope, Rope) {
        match self.root.as_deref() {
            None => (Rope::default(), Rope::default()),
            Some(Node::Leaf(text)) => (Rope::leaf(&text[..at]), Rope::leaf(&text[at..])),
            Some(Node::Branch { left, right, .. }) => {
                let (l, r) = (Rope::of(left), Rope::of(right));
                if at < l.len() {
                    let (a, b) = l.split(at);
                    (a, b.concat(r))
                } else {
                    let (a, b) = r.split(at - l.len());
                    (l.concat(a), b)
                }
            }
        }
    }

    fn concat(self, other: Rope) -> Rope {
        match (self.root, other.root) {
            (None, root) | (root, None) => Rope { root },
            (Some(a), Some(b)) => Rope { root: Some(join(a, b)) },
        }
    }

    fn leaf(text: &str) -> Rope {
        Rope { root: (!text.is_empty()).then(|| Arc::new(Node::Leaf(text.to_owned()))) }
    }

    fn of(node: &Arc<Node>) -> Rope {
        Rope { root: Some(node.clone()) }
    }
}

impl Node {
    fn bytes(&self) -> usize {
        match self {
            Node::Leaf(text) => text.len(),
            Node::Branch { bytes, .. } => *bytes,
        }
    }

    fn height(&self) -> u8 {
        match self {
            Node::Leaf(_) => 0,
            Node::Branch { height, .. } => *height,
        }
    }
}

fn join(a: Arc<Node>, b: Arc<Node>) -> Arc<Node> {
    let bytes = a.bytes() + b.bytes();
    let height = a.height().max(b.height()) + 1;
    Arc::new(Node::Branch { left: a, right: b, bytes, height })
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap()
}
