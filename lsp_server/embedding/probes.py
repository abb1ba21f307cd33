"""Questions with code that answers them, to measure an unknown model's scale of similarities."""

PROBES = (
    (
        "read a configuration file",
        "def load_settings(path):\n    with open(path) as file:\n        return toml.load(file)",
    ),
    (
        "retry a request that failed",
        "async function resend(call) {\n  for (let i = 0; i < 3; i++) try { return await call() }",
    ),
    ("sort a list of numbers", "func quickSort(values []int) []int {\n\tpivot := values[0]\n"),
    (
        "check a user's password",
        "boolean verify(String login, String secret) {\n  return hash(secret).equals(stored(login));\n}",
    ),
    ("resize an image", "pub fn scale(picture: &Bitmap, width: u32, height: u32) -> Bitmap {"),
    (
        "connect to the database",
        "def open_connection(self):\n    return psycopg.connect(host=self.host, dbname=self.name)",
    ),
    ("parse a date", "static LocalDate fromText(String iso) { return LocalDate.parse(iso, FORMAT); }"),
    (
        "draw a button on the screen",
        "void Button::paint(Canvas& canvas) { canvas.fillRect(bounds_, color_); }",
    ),
    (
        "compress a file",
        "def zip_up(source, path):\n    with gzip.open(path, 'wb') as out:\n        out.writelines(source)",
    ),
    (
        "send an email",
        "function deliver($to, $subject, $body) { $this->smtp->send(new Message($to, $subject, $body)); }",
    ),
)
