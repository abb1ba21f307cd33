"""Comments are found where they are not in front of what they are about, or a grammar puts them elsewhere."""

from listed import check


def test_comments_of_methods_in_ruby() -> None:
    check(
        "ruby",
        """class Shop
  # Sells one.
  sig { params(item: Item).void }
  def sell(item); end
  # Buys one.
  private def buy; end
  helpers do
    # Counts all.
    def count; end
    # Weighs all.
    def weigh; end
  end
  desc "list", "Lists all"
  def list; end
end
""",
        "1-15 class Shop",
        "2-4 method Shop.sell | Sells one.",
        "5-6 method Shop.buy | Buys one.",
        "8-9 method Shop.count | Counts all.",
        "10-11 method Shop.weigh | Weighs all.",
        "13-14 method Shop.list",
    )


def test_comments_of_properties_among_parameters() -> None:
    check(
        "kotlin",
        "class Cart(\n    /** Its name. */\n    val name: String, // shown\n    // How many.\n"
        "    private val size: Int,\n    plain: Int,\n)\n",
        "1-7 class Cart",
        "2-3 property Cart.name | Its name.",
        "4-5 property Cart.size | How many.",
    )
    check(
        "php",
        "<?php\nclass Cart {\n  public function __construct(\n    /** Its name. */\n    private Name $name,\n"
        "    int $plain,\n  ) {}\n}\n",
        "2-8 class Cart",
        "3-7 constructor Cart.__construct",
        "4-5 property Cart.$name | Its name.",
    )


def test_comments_below_an_indented_body_in_scala() -> None:
    check(
        "scala",
        """object Shop {
  val size =
    3

  /** Sells. */
  def sell: Int =
    1
  // Buys.
  def buy = 2
}
class Cart:
  def total =
    1
// The last.
def last = 3
""",
        "1-10 class Shop",
        "2-3 property Shop.size",
        "5-7 method Shop.sell | Sells.",
        "8-9 method Shop.buy | Buys.",
        "11-13 class Cart",
        "12-13 method Cart.total",
        "14-15 function last | The last.",
    )


def test_a_comment_before_the_first_member_of_a_haskell_class() -> None:
    check(
        "haskell",
        "class Shop a where\n  -- | Sells.\n  sell :: a\ninstance Shop Int where\n  -- Now.\n  sell = 1\n",
        "1-3 interface Shop",
        "2-3 method Shop.sell | Sells.",
        "5-6 method Shop Int.sell | Now.",
    )


def test_comments_behind_what_they_are_about() -> None:
    check(
        "c",
        """struct job {
    int tries; /* how often a failed one is begun again */
    int pause; // between two tries,
               // in seconds
    int limit;
    // in front
    int kept; // behind
    union {
        int inner; // NOLINT
    } any;
    // of nothing
};
int run(struct job *one, // to be run
        int now); /* runs it */
int stop(void) {
    return 0;
} // of stop
""",
        "1-12 struct job",
        "2-2 field job.tries | how often a failed one is begun again",
        "3-3 field job.pause | between two tries,\nin seconds",
        "5-5 field job.limit",
        "6-7 field job.kept | in front",
        "8-10 field job.any",
        "9-9 field job.inner",
        "13-14 function run",
        "15-17 function stop",
    )
    check(
        "go",
        'package a\n\ntype Job struct {\n\tTries int `json:"t"` // how often\n\tPause int\n}\n\n'
        "var Most = 3 // of all\n",
        "3-6 struct Job",
        "4-4 field Job.Tries | how often",
        "5-5 field Job.Pause",
        "8-8 variable Most | of all",
    )
    check(
        "python",
        "class Job:\n    tries = 3  # how often\n    pause: int  # noqa\n\n\nMOST = 3  # of all\n",
        "1-3 class Job",
        "2-2 field Job.tries | how often",
        "3-3 field Job.pause",
        "6-6 constant MOST | of all",
    )


def test_a_comment_below_several_indented_members_is_given_once() -> None:
    check(
        "scala",
        "object A:\n  def f =\n    1\n  def g = 2\n// about B\nclass B:\n  def h = 1\n",
        "1-4 class A",
        "2-3 method A.f",
        "4-4 method A.g",
        "5-7 class B | about B",
        "7-7 method B.h",
    )
