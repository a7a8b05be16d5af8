"""The LaTeX commands that MathJax, KaTeX and GitHub all typeset, those of use in a text on networks."""

GREEK = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi
Omega
"""
SYMBOLS = """
ell hbar imath jmath partial nabla infty forall exists in notin ni subset subseteq supset cup cap
setminus emptyset cdot cdots ldots dots vdots ddots times div pm mp odot oplus otimes circ bullet
star ast wedge vee top bot perp mid nmid parallel prime
"""
RELATIONS = """
le leq ge geq ne neq ll gg lt gt approx sim simeq equiv cong propto coloneqq triangleq therefore
because to gets mapsto longmapsto implies iff leftarrow rightarrow leftrightarrow longleftarrow
longrightarrow Leftarrow Rightarrow Leftrightarrow Longleftarrow Longrightarrow uparrow downarrow
updownarrow hookrightarrow xrightarrow xleftarrow
"""
FUNCTIONS = """
frac dfrac tfrac sqrt sum prod int lim limits nolimits binom max min arg argmax argmin sup inf log
ln exp sin cos tan sinh cosh tanh det dim ker Pr operatorname
"""
BRACKETS = """
left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr langle rangle lfloor
rfloor lceil rceil lvert rvert lVert rVert vert Vert lbrace rbrace lbrack rbrack backslash
"""
LETTERS = """
mathbf mathbb mathcal mathrm mathit mathsf mathtt boldsymbol text textbf textit textrm texttt hat
widehat bar tilde widetilde vec dot ddot overline underline overbrace underbrace overset underset
stackrel overrightarrow overleftarrow substack
"""
LAYOUT = """
begin end hline quad qquad hspace phantom hphantom vphantom enspace thinspace color textcolor
colorbox boxed cancel not tag displaystyle textstyle scriptstyle scriptscriptstyle
"""
PLAIN_LATEX = frozenset(" ".join((GREEK, SYMBOLS, RELATIONS, FUNCTIONS, BRACKETS, LETTERS, LAYOUT)).split())
