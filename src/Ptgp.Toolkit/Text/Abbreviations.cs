namespace Ptgp.Toolkit.Text;

/// <summary>Abbreviations after whose point a sentence goes on. Those that may also end one, such as 'etc.', are no part: a small letter after them says enough.</summary>
internal static class Abbreviations
{
    private static readonly Dictionary<string, HashSet<string>> ByLanguage = new()
    {
        ["en"] = Words("mr mrs ms mx messrs dr prof rev hon sen rep gov gen col maj capt cmdr lt sgt cpl pvt st mt ft fr sr e.g i.e cf viz vs v approx ca resp"),
        ["de"] = Words("hr fr hrn dr dipl ing prof dres med phil jur nat rer st z.b d.h u.a o.ä u.ä i.d.r v.a s.o s.u z.t m.e u.u bzw ca vgl sog ggf evtl inkl exkl zzgl bspw insb geb gest ehem dt engl frz lat z d h u i o"),
        ["fr"] = Words("m mm mme mmes mlle mlles dr me mgr st ste av bd cf p.ex env éd c.-à-d"),
        ["es"] = Words("sr sra srta sres dr dra prof ud uds vd vds d dña gral cnel av avda p.ej aprox"),
        ["it"] = Words("sig sigg sig.ra sig.na dott dott.ssa prof prof.ssa ing avv arch geom on s ss p.es ca"),
        ["pt"] = Words("sr sra srs dr dra prof profa eng av p.ex d aprox"),
        ["nl"] = Words("dhr mevr mw dr drs ir ing mr prof bv b.v bijv d.w.z o.a m.b.t t.o.v i.p.v ca vgl resp"),
        ["ru"] = Words("г гг ул им т.е т.к т.н т.д проф акад гр см ср св"),
        ["pl"] = Words("p pp dr hab inż mgr prof ul al św np tzn tj tzw m.in ok wg zob por"),
        ["cs"] = Words("p pp dr ing mgr prof doc např tj tzv mj ul nám sv cca"),
        ["sv"] = Words("dr prof t.ex bl.a d.v.s s.k m.a.o ca jfr f.d"),
    };

    // Only before a number.
    private static readonly HashSet<string> BeforeDigits =
        Words("no nos nr nrn nn núm n nº p pp pg pág págs s sp str seite abb abs art arts bd bde bl fig figs fn gl kap ch chap chapt sec sect tab vol vols eq eqs ex inc lfd tel стр рис гл č str obr s par jan feb mar apr jun jul aug sep sept oct okt nov dec dez");

    // Words that are abbreviations wherever they are met: what is known when the language is not.
    private static readonly HashSet<string> Anywhere =
        Words("mr mrs ms dr drs prof dipl ing st sr sra jr mme mlle sig dott e.g i.e cf vs viz approx ca z.b d.h u.a i.d.r v.a bzw vgl sog ggf evtl inkl p.ex p.ej bijv d.w.z o.a t.ex bl.a т.е т.к т.н m.in np tzn");

    /// <summary>Tells whether a word, without its point, is an abbreviation that does not end a sentence.</summary>
    public static bool Contains(string word, bool isBeforeDigit, string? language)
    {
        var lower = word.ToLowerInvariant();
        if (isBeforeDigit && BeforeDigits.Contains(lower))
        {
            return true;
        }

        return language is not null && ByLanguage.TryGetValue(language, out var words) ? words.Contains(lower) : Anywhere.Contains(lower);
    }

    private static HashSet<string> Words(string words) => [.. words.Split(' ')];
}
